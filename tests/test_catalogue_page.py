"""The catalogue as a page is made from the plugins, so that it cannot go stale."""

from pathlib import Path

from rnnbench.catalogue import Catalogue
from rnnbench.cli.catalogue_page import page
from rnnbench.cli.describe import Description
from rnnbench.cli.everything import everything
from tests.builders.inside import rnnbench_here

ROOT = Path(__file__).parent.parent


def ours() -> dict[str, list[Description]]:
    """What comes with rnnbench itself, by kind."""
    described = everything(Catalogue.present())
    return {
        kind: [thing for thing in things if thing["origin"].startswith("rnnbench ")]
        for kind, things in described.items()
    }


def test_the_catalogue_is_what_the_plugins_say() -> None:
    """To the letter; `make catalogue` makes it anew."""
    assert (ROOT / "docs" / "catalogue.md").read_text() == f"{page(ours())}\n"


def test_each_contribution_has_a_row(tmp_path: Path) -> None:
    """Of its kind alone where one is asked for; a bar in a text ends no cell."""
    done = rnnbench_here("list", "cells", "--markdown", cwd=tmp_path)
    rows = [line for line in done.stdout.splitlines() if line.startswith("| `")]
    assert len(rows) >= len(Catalogue.present().cells)
    assert "## Tasks" not in done.stdout
    bars = page({"suites": [{"name": "s", "summary": "a | b", "version": 1}]})
    assert "| `s` | a \\| b | 1 |" in bars


def test_two_formats_at_once_are_refused(tmp_path: Path) -> None:
    done = rnnbench_here("list", "--json", "--markdown", cwd=tmp_path)
    assert done.returncode == 2
    assert "--json and --markdown exclude each other" in done.stderr
