"""Records as JSON, whatever text is in them."""

import json
from pathlib import Path

import msgspec
import pytest

from rnnbench.executors.running import without_run
from rnnbench.records import Result, encode
from rnnbench.store import Store
from tests.builders.records import learning_trial


def test_text_that_utf8_cannot_hold_is_kept_readable(tmp_path: Path) -> None:
    """In what is encoded and in what is stored; what is fine is as it was."""
    fine = without_run(learning_trial(), "killed", "a reason")
    assert encode(fine, order="sorted") == msgspec.json.encode(fine, order="sorted")
    odd = msgspec.structs.replace(
        fine, reason="no file data-\udcff.csv", absent={"gru \ud800": "ö"}
    )
    with pytest.raises(UnicodeEncodeError):
        msgspec.json.encode(odd)
    again = msgspec.json.decode(encode(odd), type=Result)
    assert (again.reason, again.absent) == ("no file data-\\udcff.csv", {"gru \\ud800": "ö"})
    assert msgspec.structs.replace(again, reason=fine.reason, absent=fine.absent) == fine
    store = Store(tmp_path)
    store.prepare()
    assert json.loads(store.write(odd).read_bytes())["reason"] == "no file data-\\udcff.csv"
