"""Figures of the test score against a cost, with the front of cells that no cell beats in both."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.axes import condition_panel, score_axis
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import Cells, Drawn, tag, with_n
from rnnbench_reports.style import REFERENCE, SMALL

Point = tuple[float, float]
FEWEST = 3
"""Of fewer cells, tables say all that a figure could."""


def _train_seconds(row: rnnbench.CostRow) -> rnnbench.Range | None:
    return row.train.seconds if row.train else None


def _peak_bytes(row: rnnbench.CostRow) -> rnnbench.Range | None:
    return row.peak_bytes


@dataclass(frozen=True)
class Expense:
    """A cost that is drawn against the score, and how it is written."""

    name: str
    title: str
    noun: str
    unit: str
    scale: float
    cost_of: Callable[[rnnbench.CostRow], rnnbench.Range | None]


EXPENSES = (
    Expense(
        "accuracy-against-seconds",
        "Accuracy against seconds",
        "time",
        "ms a training step",
        1e3,
        _train_seconds,
    ),
    Expense(
        "accuracy-against-bytes",
        "Accuracy against bytes",
        "memory",
        "MiB at the peak of a step",
        1 / rnnbench.text.MEBIBYTE,
        _peak_bytes,
    ),
)


def front_figures(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    """Yield a figure for each cost that is known for cells with a test score."""
    for expense in EXPENSES:
        cost = _first_with(findings.costs, expense)
        if cost is None:
            continue
        spent = {row.row: expense.cost_of(row) for row in cost.rows}
        known = {row: figure for row, figure in spent.items() if figure}
        shown = [condition for condition in findings.conditions if _has_scores(condition, known)]
        if shown:
            yield _front_figure(shown, expense, cost, known, cells)


def _first_with(
    costs: Iterable[rnnbench.CostFinding], expense: Expense
) -> rnnbench.CostFinding | None:
    return next((cost for cost in costs if any(map(expense.cost_of, cost.rows))), None)


def _has_scores(condition: rnnbench.Condition, rows: Mapping[str, rnnbench.Range]) -> bool:
    """Whether enough cells have both a cost and a score."""
    name = condition.metrics[0].name
    shown = [arm for arm in condition.arms if arm.row in rows and name in arm.test]
    return len(shown) >= FEWEST


def _front_figure(
    shown: Sequence[rnnbench.Condition],
    expense: Expense,
    cost: rnnbench.CostFinding,
    spent: Mapping[str, rnnbench.Range],
    cells: Cells,
) -> Drawn:
    def draw(axis: Axes, own: Cells, condition: rnnbench.Condition) -> None:
        _draw_condition(axis, condition, expense, spent, own)

    panels = [condition_panel(condition, draw, cells) for condition in shown]
    caption = (
        f"Test score against the {expense.noun} of a training step of the bare cell at"
        f" {cost.shape}, which is the same for every task. Scores are medians and ranges over"
        " seeds, and costs are medians and ranges over replicates. No cell beats a cell on the line"
        " in both."
    )
    return Drawn(expense.name, expense.title, caption, tuple(panels))


def _draw_condition(
    axis: Axes,
    condition: rnnbench.Condition,
    expense: Expense,
    spent: Mapping[str, rnnbench.Range],
    cells: Cells,
) -> None:
    metric = condition.metrics[0]
    points = {}
    for arm in condition.arms:
        if arm.row in spent and metric.name in arm.test:
            ranges = (spent[arm.row], arm.test[metric.name])
            points[arm.row] = _draw_cell(axis, arm.row, ranges, expense, cells)
    _draw_front(axis, list(points.values()), higher_is_better=metric.direction == "higher")
    score_axis(axis, condition, "test")
    axis.set_xlim(left=0)
    axis.margins(x=0.12, y=0.12)
    axis.set_xlabel(expense.unit, fontsize=SMALL)
    label_ends(
        axis, {row: y for row, (_, y) in points.items() if row in cells.featured}, cells.looks
    )


def _draw_cell(
    axis: Axes,
    row: str,
    ranges: tuple[rnnbench.Range, rnnbench.Range],
    expense: Expense,
    cells: Cells,
) -> Point:
    """Draw the mark of a cell with both ranges, and return its place."""
    x, y = ranges
    scale = expense.scale
    look = cells.looks[row]
    place = (scale * x.centre, y.centre)
    style: dict[str, Any] = {"color": look.colour, "linewidth": 1}
    parts = axis.plot(*place, look.marker, color=look.colour, markersize=6)
    if row in cells.featured:
        parts += axis.plot([scale * x.low, scale * x.high], [y.centre] * 2, **style)
        parts += axis.plot([place[0]] * 2, [y.low, y.high], **style)
    tag(row, parts, f"{row}: {with_n(x, scale, expense.unit)}; score {with_n(y)}")
    return place


def _draw_front(axis: Axes, points: list[Point], *, higher_is_better: bool) -> None:
    front = _front(points, higher_is_better=higher_is_better)
    if len(front) > 1:
        axis.step(
            *zip(*front, strict=True),
            where="post",
            color=REFERENCE,
            linestyle=":",
            linewidth=1,
            zorder=0,
        )


def _front(points: list[Point], *, higher_is_better: bool) -> list[Point]:
    """Return the points that no point beats in both cost and score, the cheapest first."""
    sign = 1 if higher_is_better else -1
    front: list[Point] = []
    for cost, score in sorted(points, key=lambda point: (point[0], -sign * point[1])):
        if not front or sign * score > sign * front[-1][1]:
            front.append((cost, score))
    return front
