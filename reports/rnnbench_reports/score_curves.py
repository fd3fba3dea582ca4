"""Curves of scores over a logarithmic axis: a line for each cell, with its range at each mark."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.axes import Goal, goal_axis
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import BETWEEN_POINTS, Cells, line_style, tag

APART = 0.007
"""Distance between the marks of two cells, as a share of the logarithmic axis."""
MARGIN = 0.06
"""Room beside the first and the last mark, as a share of the logarithmic axis."""


class ScorePoint(NamedTuple):
    """A score at a place of the axis, and what a reader sees who points at it."""

    place: float
    score: rnnbench.Range
    says: str
    is_hollow: bool = False


Curves = Mapping[str, Sequence[ScorePoint]]
"""The points of each cell, by its row, from the left to the right."""


def draw_score_curves(axis: Axes, curves: Curves, goal: Goal, cells: Cells) -> None:
    """Draw the curve of each cell; those in colour have marks and ranges, and a name at the end.

    The x axis is logarithmic, to the base of 2. Marks of different cells are drawn a little apart,
    so that equal ones remain visible.
    """
    everything = list(chain.from_iterable(curves.values()))
    places = [point.place for point in everything]
    width = max(places) / min(places)
    axis.set_xscale("log", base=2)
    axis.set_xlim(min(places) / width**MARGIN, max(places) * width**MARGIN)
    shown = [row for row in curves if row in cells.featured]
    ends = {}
    for row in cells.by_prominence(curves):
        points = curves[row]
        if row not in cells.featured:
            _draw_line(axis, row, points, 1.0, cells)
            continue
        shift = width ** (APART * (shown.index(row) - (len(shown) - 1) / 2))
        _draw_line(axis, row, points, shift, cells)
        _draw_marks(axis, row, points, shift, cells)
        ends[row] = points[-1].score.centre
    medians = [point.score.centre for point in everything]
    goal_axis(axis, goal, medians, f"test {goal.metric.name}")
    label_ends(axis, ends, cells.looks)


def _draw_line(
    axis: Axes, row: str, points: Sequence[ScorePoint], shift: float, cells: Cells
) -> None:
    places = [shift * point.place for point in points]
    scores = [point.score.centre for point in points]
    style = line_style(cells.looks[row], featured=row in cells.featured)
    line = axis.plot(places, scores, **style)
    tag(row, line, BETWEEN_POINTS.join(point.says for point in points))


def _draw_marks(
    axis: Axes, row: str, points: Sequence[ScorePoint], shift: float, cells: Cells
) -> None:
    look = cells.looks[row]
    for point in points:
        place = shift * point.place
        bar = axis.vlines(place, point.score.low, point.score.high, color=look.colour, alpha=0.35)
        style: dict[str, Any] = {
            "color": look.colour,
            "markerfacecolor": "white" if point.is_hollow else look.colour,
            "markersize": 4.5,
            "zorder": 3,
        }
        mark = axis.plot(place, point.score.centre, look.marker, **style)
        tag(row, [bar, *mark], point.says)


def what_is_drawn(scores: Iterable[rnnbench.Range]) -> str:
    """Return what marks and bars are, with their seeds: `Median test score, with the range over 2
    to 3 seeds`."""
    numbers = {score.n for score in scores}
    fewest = min(numbers)
    most = rnnbench.text.counted(max(numbers), "seed")
    if max(numbers) == 1:
        return f"Test score of {most}"
    seeds = most if len(numbers) == 1 else f"{fewest} to {most}"
    return f"Median test score, with the range over {seeds}"
