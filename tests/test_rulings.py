"""Rulings as they are written and printed, and what an environment says of itself."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.records import CellUse
from rnnbench.runner.cost.described import described
from tests.builders.gate import BASELINE, edited, written
from tests.builders.inside import rnnbench_here
from tests.builders.paired import TRIAL


def test_a_ruling_is_written_in_every_form_that_is_asked_for(tmp_path: Path) -> None:
    """The last line, the JSON, the Markdown and the JUnit file say the same."""
    head = written(tmp_path / "head", edited(lambda result: result))
    forms = ("--markdown", "ruling.md", "--junit", "ruling.xml")
    done = rnnbench_here("gate", str(BASELINE), str(head), *forms, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("gate: passed. ")
    assert (tmp_path / "ruling.md").read_text().startswith("## rnnbench gate: passed\n")
    assert '<testsuite name="rnnbench gate"' in (tmp_path / "ruling.xml").read_text()
    again = rnnbench_here("gate", str(BASELINE), str(head), "--json", cwd=tmp_path)
    ruling = json.loads(again.stdout)
    assert (ruling["standing"], ruling["exit_code"], ruling["notes"]) == ("passed", 0, [])


def test_a_ruling_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """It is a usage error, whatever the ruling is."""
    nowhere = ("--markdown", "nowhere/ruling.md")
    done = rnnbench_here("gate", str(BASELINE), str(BASELINE), *nowhere, cwd=tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr == "rnnbench: nowhere/ruling.md: cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (CellUse(name="gru"), ""),
        (CellUse(name="gruu"), "no cell called 'gruu'. Did you mean 'gru'?"),
        (CellUse(name="gru", implementation="fast"), "no implementation called 'fast'."),
        (CellUse(name="lstm", options={"bias": 1.0}), "no option called 'bias'."),
    ],
)
def test_an_environment_says_which_cells_it_has(cell: CellUse, reason: str) -> None:
    """The others are missing with the reason, and the trial goes on without them."""
    (part,) = described((replace(TRIAL, cells=(cell, CellUse(name="rnn", label="other"))),)).parts
    assert [here.row for here in part.trial.cells] == [*([] if reason else ["gru"]), "other"]
    assert part.missing.get(cell.row, "").removeprefix(f"{cell.name}: ").startswith(reason)
    assert part.provenance.plugins["rnn"].startswith("rnnbench ")
