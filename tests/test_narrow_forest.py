"""The forest plot for a phone or a column, and figures that are as wide as a column."""

from pathlib import Path

import pytest
from matplotlib.text import Text
from msgspec.structs import replace

from rnnbench.findings import Findings, find
from rnnbench_reports import figure_files
from rnnbench_reports.claim_forest_narrow import narrow_forest
from rnnbench_reports.panel import Drawn, Panel
from tests.builders.report import results
from tests.builders.report_page import with_claims

COLUMN_INCHES = 3.25


@pytest.fixture(scope="module")
def claimed() -> Findings:
    return with_claims()


def texts(findings: Findings, place: int, width: float) -> list[str]:
    panel = narrow_forest(findings.claims[place], width)
    assert panel
    assert panel.figure.get_figwidth() <= width
    return [text.get_text() for text in panel.figure.findobj(Text) if text.get_text()]


def test_each_condition_has_its_words_its_figures_and_its_state(claimed: Findings) -> None:
    """In words, as in the wide plot."""
    (judged,) = claimed.claims[1].readings[0].judged
    assert judged.effect
    said = texts(claimed, 1, 3.25)
    assert "T=5 B=32 H=64 I=64, equal hidden" in " ".join(said).replace("\n", " ")
    assert any(text.endswith(f"n = {judged.effect.n}") for text in said)
    assert judged.state in said
    assert "open within 15% of the boundary" in said
    assert "ratio of two cells" in said


def test_a_reading_without_conditions_is_named_alone(claimed: Findings) -> None:
    """And a claim without any is not drawn."""
    claim = claimed.claims[0]
    empty = replace(claim.readings[0], judged=(), missing=("adding",))
    both = replace(claimed, claims=(replace(claim, readings=(empty, *claim.readings)),))
    assert any("untested: adding" in text for text in texts(both, 0, 3.7))
    assert narrow_forest(replace(claim, readings=(empty,)), 3.7) is None


def test_figures_for_a_paper_are_as_wide_as_a_column(
    claimed: Findings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All of them, forest plots and solve rates among them."""
    widths: dict[str, float] = {}

    def note(drawn: Drawn, panel: Panel, *_: object) -> Path:
        name = f"{drawn.name} {panel.name}".strip()
        widths[name] = panel.figure.get_figwidth()
        return tmp_path / name

    monkeypatch.setattr(figure_files, "write_panel", note)
    for findings in (find(results()), claimed):
        figure_files.render_paper(findings, tmp_path)
    assert {name for name, width in widths.items() if width > COLUMN_INCHES} == set()
    assert "solve-rate-against-horizon-adding adding" in widths
    assert "claim-of-of-times narrow" in widths
    assert "claim-of-of-times" not in widths
