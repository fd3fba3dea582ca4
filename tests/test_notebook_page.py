"""The page on notebooks: its code runs from top to bottom, its table of arguments is that of the code."""

import re
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

import rnnbench
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


def test_the_page_has_every_argument_in_its_order() -> None:
    """Of `run_suite`, with the option of the command line that does the same."""
    table = PAGE[PAGE.index("| argument |") : PAGE.index("longer = ")]
    rows = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert rows == list(signature(rnnbench.run_suite).parameters)
