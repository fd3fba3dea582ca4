"""Sentences end in one full stop, also where a reason in them ends in one already."""

import re
from pathlib import Path

import pytest

from rnnbench.campaign import Progress
from rnnbench.driver import warnings_of
from rnnbench.text import sentence

ROOT = Path(__file__).parents[1]
CARELESS = re.compile(
    r"\{[^{}\"]*(?:\b(?:reason|problem|failure|why)|(?<!\.)\berror)\)*\}\.(?:\"| )"
)
"""A full stop behind words of others, which may have one."""


@pytest.mark.parametrize("words", ["no file is there", "no file is there.", "no file is there.."])
def test_a_sentence_has_one_full_stop(words: str) -> None:
    assert sentence(words) == "no file is there."
    assert sentence("reading ...") == "reading ..."


def test_no_warning_ends_in_two_full_stops() -> None:
    """Neither where a reason ends in one nor where it is one sentence of several."""
    progress = Progress(total=3)
    progress.reasons["There are: a, b."] = 2
    progress.absent["gru has no figure."] = 1
    reasons, absent = warnings_of(progress)
    assert reasons == "2 without figures: There are: a, b."
    assert absent == "gru has no figure (in 1 replicate)."


@pytest.mark.parametrize("folder", ["rnnbench", "reports", "plugins"])
def test_a_reason_is_followed_by_a_full_stop_only_if_it_lacks_one(folder: str) -> None:
    """By `text.sentence`."""
    found = []
    for path in (ROOT / folder).rglob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if CARELESS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []


def test_a_careless_line_is_found() -> None:
    assert CARELESS.search('note(f"note: {reason}.")')
    assert CARELESS.search('f"{error.strerror or error}. What finished"')
    assert not CARELESS.search('f"{aspect.name}: {count}."')
