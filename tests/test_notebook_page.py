"""The page on notebooks: its code runs from top to bottom, its tables are those of the code."""

import re
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

import rnnbench
from rnnbench.notebook import costs, epochs, trials
from tests.builders.pages import fenced
from tests.builders.readme import ROOT

PAGE = (ROOT / "docs" / "notebook.md").read_text()
CODE = "\n".join(text for language, text in fenced(PAGE) if language == "python")


@pytest.mark.slow
def test_the_page_runs_from_a_standard_input(tmp_path: Path) -> None:
    """As an interpreter that has no file to import again: executors need none."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-"],
        input=CODE,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "<rnnbench.Run runs/smoke: 9 trials: 9 ok>" in done.stdout
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"smoke", "longer"}


def columns_of(heading: str) -> list[str]:
    """The columns in the table below a heading, in their order."""
    section = PAGE[PAGE.index(f"### `run.{heading}`") :].split("\n### ")[0]
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("trials", list(trials.COLUMNS)),
        ("epochs", list(epochs.COLUMNS)),
        ("costs", list(costs.COLUMNS)),
    ],
)
def test_the_page_has_every_column_in_its_order(heading: str, columns: list[str]) -> None:
    """Of those that are always there."""
    assert columns_of(heading) == columns


def test_the_page_has_every_argument_in_its_order() -> None:
    """Of `run_suite`, with the option of the command line that does the same."""
    table = PAGE[PAGE.index("| argument |") : PAGE.index("longer = ")]
    rows = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert rows == list(signature(rnnbench.run_suite).parameters)
