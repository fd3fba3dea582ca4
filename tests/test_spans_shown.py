"""What is said of memory spans: no span without figures, and none that ends with the horizons
tried."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from rnnbench.cli.summary import print_answers
from rnnbench.cli.summary.learning import learning_grid
from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, Result
from rnnbench_reports.card_rows import span_sentences
from rnnbench_reports.figures import cells_of, draw
from rnnbench_reports.page import front, span_tables
from rnnbench_reports.paper_tables import paper_tables
from tests.builders.findings import RECIPE, learned
from tests.builders.records import learning_trial
from tests.builders.report_page import page_of, text_of

HORIZONS = (10, 20)
SEEDS = range(3)


def failed(cell: str, horizons: Sequence[int] = HORIZONS) -> list[Result]:
    """Trials at these horizons that gave no figures."""
    trials = [
        learning_trial(
            cell=CellUse(name=cell), seed=seed, recipe=RECIPE, dials={"horizon": horizon}
        )
        for horizon, seed in product(horizons, SEEDS)
    ]
    return [without_run(trial, "error", "no luck") for trial in trials]


def climbed(cell: str, longest: int) -> list[Result]:
    """Trials that solve horizons up to this one."""
    return [
        learned(cell, seed, 3 if horizon <= longest else None, dials={"horizon": horizon})
        for horizon, seed in product(HORIZONS, SEEDS)
    ]


def shown(findings: Findings, row: str) -> dict[str, str]:
    """What each way out says of the span of a cell."""
    (finding,) = findings.spans
    table = span_tables.spans(finding)
    assert table
    (of_page,) = [each.values[1].text for each in table.rows if each.cell == row]
    (paper,) = [table for table in paper_tables(findings) if table.name == "spans"]
    (of_paper,) = [str(each[2]) for each in paper.groups[0] if each[1] == row]
    ((_, of_card),) = span_sentences(findings, {row})
    (of_grid,) = [each for each in learning_grid(findings).rows if each.title.startswith("span")]
    return {
        "page": of_page,
        "paper": of_paper,
        "card": of_card,
        "terminal": of_grid.entries[row].parts[-1][0],
    }


def test_a_cell_without_figures_has_no_span() -> None:
    """Not one below the shortest horizon: nobody knows."""
    findings = find([*climbed("gru", 10), *failed("rnn")])
    assert shown(findings, "rnn") == {
        "page": "no figures",
        "paper": "no figures",
        "card": "no figures.",
        "terminal": "-",
    }
    assert findings.spans[0].answer.endswith(". rnn has no figures.")
    assert any("rnn has no span: none of its 6 trials gave figures" in c for c in findings.caveats)
    assert not any("gru and rnn have no interval" in caveat for caveat in findings.caveats)
    tile = list(front.tiles(findings))[-1]
    assert (tile.verdict, tile.cell) == ("10 steps", "gru")


def test_a_figure_of_spans_leaves_out_a_cell_without_figures(tmp_path: Path) -> None:
    """And a horizon at which all trials failed has a hollow mark."""
    findings = find([*climbed("gru", 20), *failed("lstm", [20]), *failed("rnn")])
    findings = find(
        [
            *climbed("gru", 20),
            *[one for one in climbed("lstm", 10) if one.trial.dials["horizon"] == 10],  # type: ignore[union-attr]
            *failed("lstm", [20]),
            *failed("rnn"),
        ]
    )
    (drawn,) = [one for one in draw(findings, cells_of(findings)) if one.name.startswith("solve")]
    axis = drawn.panels[0].figure.axes[0]
    gids = [part.get_gid() or "" for part in axis.get_children()]
    assert not any(gid.startswith("cell|rnn|") for gid in gids)
    (mark,) = [
        part
        for part in axis.get_lines()
        if (part.get_gid() or "").startswith("cell|lstm|lstm, horizon 20")
    ]
    assert mark.get_markerfacecolor() == "white"
    assert "gave no figures" in drawn.caption
    assert "no figures" in text_of(page_of(findings, tmp_path))


def test_where_all_trials_failed_there_is_no_span_and_no_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither headings without cells, nor a span of each cell."""
    findings = find([*failed("gru"), *failed("rnn")])
    assert findings.spans == ()
    print_answers(findings)
    printed = capsys.readouterr().out
    assert "task" not in printed
    assert "12 trials without figures: 12 error" in printed


def test_a_span_that_ends_with_the_horizons_tried_may_be_longer() -> None:
    """All say so, and none gives the bare number."""
    findings = find([*climbed("gru", 20), *climbed("rnn", 10)])
    assert shown(findings, "gru") == {
        "page": "at least 20",
        "paper": "at least 20",
        "card": "at least 20 steps, of up to 20 that were tried.",
        "terminal": "≥20",
    }
    assert shown(findings, "rnn")["page"] == "10"
    tile = list(front.tiles(findings))[-1]
    assert (tile.verdict, tile.cell) == ("at least 20 steps", "gru")
    (drawn,) = [one for one in draw(findings, cells_of(findings)) if one.name.startswith("solve")]
    gids = [part.get_gid() or "" for part in drawn.panels[0].figure.axes[0].get_children()]
    assert "cell|gru|gru: span at least 20 steps" in gids
