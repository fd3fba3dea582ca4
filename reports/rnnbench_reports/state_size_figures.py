"""Figures of scores against the numbers in the state."""

from collections.abc import Iterator
from itertools import chain
from math import ceil, floor, log2

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.axes import Goal
from rnnbench_reports.panel import Cells, Drawn, Panel, draw_panel, with_n
from rnnbench_reports.score_curves import ScorePoint, draw_score_curves, what_is_drawn
from rnnbench_reports.style import SMALL, name_ticks

WIDE = 7.4
"""Inches of the panel for a screen with room."""
HEIGHT = 14
"""Of a panel, in bars."""
MATCHED = {
    "parameters": "parameters of the whole model are",
    "state": "numbers in the state are",
    "hidden": "hidden sizes are",
}
"""What is equal between cells at each budget."""


def state_sizes(findings: rnnbench.Findings, cells: Cells, task: str) -> Drawn | None:
    """Draw a panel for each setting in which a task was run with states of several sizes."""
    shown = [finding for finding in findings.state_sizes if finding.task == task]
    if not shown:
        return None
    panels: list[Panel] = []
    for finding in shown:
        panels += _panels(finding, cells)
    name = f"score-against-state-{task}"
    return Drawn(name, "Score against numbers in the state", _caption(shown), tuple(panels), task)


def _caption(shown: list[rnnbench.StateSizeFinding]) -> str:
    curves = list(chain.from_iterable(finding.curves for finding in shown))
    points = list(chain.from_iterable(curve.points for curve in curves))
    matched = rnnbench.text.enumerated(list(dict.fromkeys(MATCHED[one.match] for one in shown)))
    drawn = what_is_drawn(point.score for point in points)
    sentences = [
        f"{drawn}, against the numbers that a trained model carried from one step to the next for"
        " one sequence, all layers together; to the base of 2.",
        f"A line joins the sizes of one cell; at each of them {matched} equal between cells as far"
        " as these allow. Marks are drawn a little apart from each other.",
    ]
    if any(point.misses_budget for point in points):
        sentences.append(
            "A hollow mark is a model that misses its budget by over 2 %; the table has by how"
            " much."
        )
    return " ".join(sentences)


def _panels(finding: rnnbench.StateSizeFinding, cells: Cells) -> Iterator[Panel]:
    """Yield a panel as wide as others, before it a wider one for a screen with room."""

    def draw(axis: Axes, shown: Cells) -> None:
        _draw(axis, finding, shown)

    own = cells.among(curve.row for curve in finding.curves)
    if cells.wide < WIDE:
        wider = own._replace(wide=WIDE)
        name = f"{finding.title}, wide"
        yield draw_panel(finding.title, draw, wider, name=name, bars=HEIGHT, is_wide=True)
    yield draw_panel(finding.title, draw, own, bars=HEIGHT, is_wide=True)


def _draw(axis: Axes, finding: rnnbench.StateSizeFinding, cells: Cells) -> None:
    curves = {}
    for curve in finding.curves:
        curves[curve.row] = [
            ScorePoint(
                point.state_floats, point.score, _says(curve.row, point), point.misses_budget
            )
            for point in curve.points
        ]
    trivial = finding.trivial.centre if finding.trivial else None
    draw_score_curves(axis, curves, Goal(finding.metric, finding.target, trivial), cells)
    _number_powers(axis)
    axis.set_xlabel("numbers in the state", fontsize=SMALL)


def _says(row: str, point: rnnbench.SizedScore) -> str:
    sizes = f"{point.state_floats:,} numbers in the state, {point.parameters:,} parameters"
    return f"{row}, {sizes}{off_budget(point)}: {with_n(point.score)}"


def off_budget(point: rnnbench.SizedScore) -> str:
    """Return how far a model is from its budget, where that is more than is tolerated."""
    if not point.misses_budget:
        return ""
    return f" ({rnnbench.text.deviation(point.off_budget or 0)} from the budget)"


def _number_powers(axis: Axes) -> None:
    """Number an axis of sizes at the powers of 2 within it."""
    low, high = axis.get_xlim()
    powers = [2**power for power in range(ceil(log2(low)), floor(log2(high)) + 1)]
    name_ticks(axis.xaxis, [f"{power:,}" for power in powers], powers)
