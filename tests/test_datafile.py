"""What `rnnbench inspect` says of files that went wrong, and does not say of those that did not."""

import re
from pathlib import Path

import pytest

from rnnbench.datafile import KINDS, inspect
from tests.builders.data_page import PAGE, tables, typed
from tests.builders.hostile_files import HOSTILE, Hostile


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.what)
def test_what_is_wrong_is_said_with_its_place(hostile: Hostile, tmp_path: Path) -> None:
    """In a sentence of the expected kind, once, and with the expected exit code."""
    code, printed = typed(hostile, hostile.make(tmp_path))
    assert code == hostile.code, printed
    assert hostile.said in printed
    if hostile.kind:
        assert len(re.findall(rf"^{hostile.kind}: ", printed, re.MULTILINE)) == 1


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.what)
def test_nothing_of_it_is_said_of_a_clean_file(hostile: Hostile, tmp_path: Path) -> None:
    """Of the same kind; nothing at all is noticed there."""
    inspection = inspect(hostile.clean(tmp_path))
    assert inspection.notices == ()


def test_every_kind_of_notice_has_a_hostile_file() -> None:
    """But those of files larger than memory, which have tests of their own."""
    found = {hostile.kind for hostile in HOSTILE if hostile.kind}
    assert found == set(KINDS) - {"too-large", "sampled"}
    assert len({hostile.what for hostile in HOSTILE}) == len(HOSTILE) >= 30


def test_the_page_shows_what_is_said_as_it_is(tmp_path: Path) -> None:
    """Six lines, kinds of notices and hostile files; `make your-data` writes them."""
    page = PAGE.read_text()
    for name, text in tables(tmp_path):
        assert text in page, name
