"""Labels of cells, names of tasks and metrics are text, wherever they are shown: no formula, no
markup, no tag."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import msgspec
import pytest
from matplotlib.text import Text
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.cli import changes, comparing, showing
from rnnbench.cli.summary import print_answers
from rnnbench.cli.verbosity import Verbosity
from rnnbench.compare import compare, junit, markdown, rule
from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, CostTrial, Result
from rnnbench_reports.figure_files import file_name
from rnnbench_reports.figures import cells_of, draw
from rnnbench_reports.style import plain
from tests.builders.compare import of
from tests.builders.gate import KEPT
from tests.builders.matrix import slow
from tests.builders.report import ODD, results

PANELS = 18
"""Of all figures, with common names."""
Record = TypeVar("Record")


def renamed(record: Record, kind: type[Record], names: dict[str, str]) -> Record:
    """The record with these words replaced wherever they occur in its texts."""
    return msgspec.convert(_renamed(msgspec.to_builtins(record), names), kind)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {_renamed(key, names): _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(inner, names) for inner in value]
    return value


@pytest.fixture(scope="module")
def findings() -> Findings:
    return find(results())


def odd_findings(findings: Findings, word: str) -> Findings:
    """With an odd cell, an odd task and an odd metric."""
    names = {"gru": f"{word} cell", "adding": f"{word} task", "mse": f"{word} metric"}
    return renamed(findings, Findings, names)


@pytest.mark.draws
@pytest.mark.parametrize("word", [slow(r"gru $\alpha_$ x"), "_[/x] <b>\t网"])
def test_an_odd_label_costs_no_figure(findings: Findings, word: str, tmp_path: Path) -> None:
    """The page has as many figures as with common names."""
    written = (
        Catalogue.present().reports["html"].item.load()(odd_findings(findings, word), tmp_path)
    )
    assert len(written) == 1 + PANELS


def test_every_label_is_shown_letter_by_letter(findings: Findings) -> None:
    """In ticks, names of axes and at the ends of lines: dollars are dollars, and no cell is without
    its name."""
    word = r"_a $\alpha$ b"
    odd = odd_findings(findings, word)
    figures = list(draw(odd, cells_of(odd)))
    for drawn in figures:
        for text in chain.from_iterable(panel.figure.findobj(Text) for panel in drawn.panels):
            assert isinstance(text, Text)
            shown = text.get_text()
            if "alpha" in shown:
                assert "$" not in shown.replace(r"\$", ""), drawn.name
    curves = next(drawn for drawn in figures if drawn.title == "Learning curves")
    names = [text.get_text() for text in curves.panels[0].figure.findobj(Text)]
    assert plain(f"{word} cell") in names


def test_a_name_of_a_claim_or_a_diagnostic_is_no_path() -> None:
    """Its figure lies in the folder of the report."""
    assert file_name("claim-../../a b") == "claim-..-..-a-b"


@pytest.mark.parametrize("word", ODD)
def test_on_a_terminal_markup_and_emoji_are_letters(
    findings: Findings, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers say the label as it is; what no terminal prints is left out."""
    print_answers(odd_findings(findings, word), Verbosity.VERBOSE)
    said = capsys.readouterr().out
    if "\t" not in word:
        assert f"{word} cell" in " ".join(said.split())
    assert "\x07" not in said


def odd_results(word: str) -> tuple[Result, ...]:
    """Stored results whose cell has an odd label."""
    made = []
    for result in KEPT:
        trial = result.trial
        if isinstance(trial, CostTrial):
            cells = tuple(_odd(cell, word) for cell in trial.cells)
            costs = tuple(
                replace(row, row=word if row.row == "gru" else row.row) for row in result.costs
            )
            made.append(replace(result, trial=replace(trial, cells=cells), costs=costs))
        else:
            made.append(replace(result, trial=replace(trial, cell=_odd(trial.cell, word))))
    return tuple(made)


def _odd(cell: CellUse, word: str) -> CellUse:
    return replace(cell, label=word) if cell.name == "gru" else cell


@pytest.mark.parametrize("word", ODD)
def test_what_a_gate_writes_for_a_server_is_well_formed(word: str) -> None:
    """XML that parses, and rows of a table with as many cells as its heading."""
    base = odd_results(word)
    head = tuple(replace(result, status="error", learning=None, costs=()) for result in base)
    comparison = compare(of(base, "BASE"), of(head, "HEAD"))
    ruling = rule(comparison)
    assert ElementTree.fromstring(junit(ruling, comparison)).get("failures") != "0"
    rows = [line for line in markdown(ruling, comparison).splitlines() if line.startswith("| ")]
    assert rows
    assert {len(row.replace(r"\|", "").strip("|").split("|")) for row in rows} == {8}
    assert not any("<b>" in row for row in rows)


@pytest.mark.parametrize("show", [comparing._print, changes.print_sides])
def test_a_comparison_with_odd_names_is_printed(
    show: Callable[[Any, Verbosity], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where a plugin or a file in the circumstances has a name like markup."""
    odd = [
        replace(
            result,
            provenance=replace(
                result.provenance, plugins={"[/bold] x": "1"}, definitions={"[red]": "a"}
            ),
        )
        for result in KEPT
    ]
    show(compare(of(KEPT, "BASE"), of(odd, "HEAD")), Verbosity.VERBOSE)
    said = capsys.readouterr().out
    assert "plugin of [/bold] x" in said
    assert "source of [red]" in said


def test_a_thing_is_shown_by_its_name_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets included."""
    showing._print("cell", {"name": "[/red] x", "summary": "[bold]y"})
    assert capsys.readouterr().out.splitlines() == ["cell [/red] x", "  summary          [bold]y"]
