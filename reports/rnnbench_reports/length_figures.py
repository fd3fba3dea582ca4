"""Figures of scores on longer sequences than those of training."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.axes import Goal, condition_panel, name_level
from rnnbench_reports.panel import Cells, Drawn, with_n
from rnnbench_reports.score_curves import ScorePoint, draw_score_curves, what_is_drawn
from rnnbench_reports.style import REFERENCE, SMALL, name_ticks

Lengths = dict[float, str]
"""The name of the metric by the multiple of the training length at which it is tested."""


def scored_lengths(condition: rnnbench.Condition) -> Lengths:
    """Return the deciding metric at each multiple of the training length, the shortest first.

    Where there is no test at once the longest training length, the task's own test takes its place.
    Empty where no other length is tested.
    """
    own = condition.metrics[0].name
    found = {1.0: own}
    for metric in condition.metrics:
        if metric.times is not None and metric.name == f"{own}@{metric.setting}":
            found[metric.times] = metric.name
    return dict(sorted(found.items())) if len(found) > 1 else {}


def further_metrics(condition: rnnbench.Condition) -> list[Any]:
    """Return the metrics but the deciding one at each length."""
    own = {condition.metrics[0].name, *scored_lengths(condition).values()}
    return [metric for metric in condition.metrics if metric.name not in own]


def lengths(task: str, conditions: Sequence[rnnbench.Condition], cells: Cells) -> Drawn | None:
    """Draw a panel for each condition under which models are tested at several lengths."""
    shown = [condition for condition in conditions if _has_curve(condition)]
    if not shown:
        return None
    panels = [condition_panel(condition, _draw, cells) for condition in shown]
    points = chain.from_iterable(_curves(condition).values() for condition in shown)
    drawn = what_is_drawn(point.score for point in chain.from_iterable(points))
    caption = (
        f"{drawn}, on sequences of so many times the longest training length; to the base of 2. All"
        " scores are those of the weights of the chosen epoch, which were trained up to 1x alone;"
        " the target is one at 1x. Marks are drawn a little apart from each other."
    )
    name = f"score-against-length-{task}"
    return Drawn(name, "Score on longer sequences", caption, tuple(panels), task)


def _has_curve(condition: rnnbench.Condition) -> bool:
    """Whether some cell has scores at several lengths."""
    return any(len(points) > 1 for points in _curves(condition).values())


def _curves(condition: rnnbench.Condition) -> dict[str, list[ScorePoint]]:
    """Return the scores of each cell that has one, by its row."""
    curves: dict[str, list[ScorePoint]] = {}
    for arm in condition.arms:
        for times, name in scored_lengths(condition).items():
            score = arm.test.get(name)
            if score:
                says = f"{arm.row}, {multiple(times)} the training length: {with_n(score)}"
                curves.setdefault(arm.row, []).append(ScorePoint(times, score, says))
    return curves


def multiple(times: float) -> str:
    """Return a multiple of the training length in words: `2x`."""
    return f"{rnnbench.text.number(times)}x"


def _draw(axis: Axes, cells: Cells, condition: rnnbench.Condition) -> None:
    names = scored_lengths(condition)
    chances = {}
    for times, name in names.items():
        if name in condition.trivial:
            chances[times] = condition.trivial[name].centre
    levels = set(chances.values())
    same_everywhere = levels.pop() if len(levels) == 1 else None
    goal = Goal(condition.metrics[0], condition.target, same_everywhere)
    draw_score_curves(axis, _curves(condition), goal, cells)
    if chances and same_everywhere is None:
        name_level(axis, next(iter(chances.values())), "trivial")
        style: dict[str, Any] = {"color": REFERENCE, "linestyle": ":", "linewidth": 1.2}
        axis.plot(list(chances), list(chances.values()), zorder=1, **style)
    name_ticks(axis.xaxis, [multiple(times) for times in names], list(names))
    axis.set_xlabel("times the longest training length", fontsize=SMALL)
