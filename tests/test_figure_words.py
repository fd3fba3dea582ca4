"""Figures agree with words: what does not count is hollow, and what a part says is what is known."""

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from msgspec.structs import replace

from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, Result
from rnnbench_reports.figures import cells_of, draw
from rnnbench_reports.panel import OF_CELL, Drawn
from tests.builders.findings import BUDGET, cost_result, learned
from tests.builders.report import results

LUCKY = [learned("lucky", seed, 3, test=1.5, trivial=1.0) for seed in range(3)]
"""At the target on validation data, and no better on test data than the trivial forecast."""
FAIR = [learned("gru", seed, 4) for seed in range(3)]


def figure(results: Sequence[Result] | Findings, name: str) -> Drawn:
    """The first figure whose name begins so."""
    findings = results if isinstance(results, Findings) else find(results)
    named = [one for one in draw(findings, cells_of(findings)) if one.name.startswith(name)]
    return named[0]


def axis_of(drawn: Drawn) -> Axes:
    return drawn.panels[0].figure.axes[0]


def parts_of(drawn: Drawn, row: str) -> list[Any]:
    """The parts of the first panel that show a cell."""
    artists = axis_of(drawn).get_children()
    return [one for one in artists if (one.get_gid() or "").startswith(f"{OF_CELL}{row}|")]


def said_by(drawn: Drawn, row: str) -> str:
    """All that parts of a cell say."""
    return " ".join(part.get_gid().split("|", 2)[2] for part in parts_of(drawn, row))


def is_hollow(part: object) -> bool:
    """Whether a line has marks that are not filled."""
    has_marks = isinstance(part, Line2D) and part.get_marker() not in ("None", "", ">")
    return has_marks and part.get_markerfacecolor() == "white"  # type: ignore[attr-defined]


def test_success_on_validation_data_alone_is_hollow() -> None:
    """In the curve of seeds not yet at the target as beside their epochs; captions say so."""
    for name in ("not-yet-at-target", "epochs-to-target"):
        drawn = figure([*LUCKY, *FAIR], name)
        assert any(is_hollow(part) for part in parts_of(drawn, "lucky")), name
        assert not any(is_hollow(part) for part in parts_of(drawn, "gru")), name
        assert "on validation data alone" in said_by(drawn, "lucky")
        assert "on validation data alone" not in said_by(drawn, "gru")
        assert re.search("[Hh]ollow mark.* test score does not confirm", drawn.caption)


def test_hollow_marks_are_where_seeds_get_there() -> None:
    """A mark at each epoch at which the curve of an unconfirmed cell steps down."""
    results = [learned("lucky", seed, 2 + 3 * (seed > 0), test=1.5) for seed in range(3)]
    (curve,) = [part for part in parts_of(figure(results, "not-yet"), "lucky") if is_hollow(part)]
    marked = [curve.get_xdata()[place] for place in curve.get_markevery()]
    assert marked == [2, 5]


def test_a_count_of_seeds_beside_a_hollow_mark_is_in_brackets() -> None:
    """As on the terminal and in tables for papers."""
    texts = [text.get_text() for text in axis_of(figure([*LUCKY, *FAIR], "epochs-to")).texts]
    assert "(3/3)" in texts
    assert "3/3" in texts


def test_epochs_of_a_cell_that_never_gets_there_are_over_the_budget() -> None:
    """In what its mark says, and no interval around the budget."""
    drawn = figure([*FAIR, *(learned("rnn", seed) for seed in range(3))], "epochs-to-target")
    assert said_by(drawn, "rnn").strip().startswith(f"rnn: over {BUDGET}; 0 of 3 solved")
    assert re.search(r"gru: 4 \[.*\], n = 3; 3 of 3 solved", said_by(drawn, "gru"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("training-time", r"gru: 300 \[200 to 400\] ms, n = 2"),
        ("memory", r"gru: 3 MiB, n = 1"),
        (
            "accuracy-against-seconds",
            r"gru: 300 \[200 to 400\] ms a training step, n = 2; score 0.5",
        ),
    ],
)
def test_a_unit_stands_beside_its_figure(name: str, says: str) -> None:
    """And not behind n, as in "n = 3 ms"."""
    cells = [learned(cell, 0, 3) for cell in ("gru", "lstm", "rnn")]
    costs = []
    for one in (cost_result(0, 0.1), cost_result(1, 0.2)):
        third = replace(one.costs[0], row="rnn")
        trial = replace(one.trial, cells=(*one.trial.cells, CellUse(name="rnn")))  # type: ignore[union-attr]
        costs.append(replace(one, trial=trial, costs=(*one.costs, third)))
    made = results() if name == "memory" else [*cells, *costs]
    assert re.search(says, said_by(figure(made, name), "gru"))


def test_solve_rate_curves_go_through_their_dots() -> None:
    """From the first horizon that was run to the last; two cells with the same rates have lines
    beside each other."""
    results = [
        learned(cell, seed, 3 if seed < solved else None, dials={"horizon": horizon})
        for cell, (horizon, solved), seed in product(
            ("gru", "lstm"), ((10, 3), (20, 3), (40, 1)), range(3)
        )
    ]
    drawn = figure(results, "solve-rate-against-horizon")
    curves = {}
    for row in ("gru", "lstm"):
        lines = [part for part in parts_of(drawn, row) if isinstance(part, Line2D)]
        (curve,) = [line for line in lines if len(line.get_xdata()) > 2]
        dots = [line.get_xydata()[0] for line in lines if "horizon" in (line.get_gid() or "")]
        assert len(dots) == 3
        assert curve.get_xydata() == pytest.approx(np.array(dots))
        curves[row] = curve.get_xydata()
        assert curves[row][:, 1] == pytest.approx([1, 1, 1 / 3], abs=0.03)
    assert (np.abs(curves["gru"] - curves["lstm"])[:, 1] > 0).all()
    assert "Lines join the horizons that were run" in drawn.caption
