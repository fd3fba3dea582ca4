"""Axes that several figures share: a score with its target and its trivial forecast."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.panel import Cells, Panel, draw_panel
from rnnbench_reports.style import REFERENCE, SMALL, plain, plain_ticks

Condition = rnnbench.Condition


def have_target(conditions: Sequence[Condition]) -> bool:
    """Return whether some of these conditions has a target."""
    return any(condition.target is not None for condition in conditions)


class Goal(NamedTuple):
    """What scores are read against: their metric, the target, and what needs no learning.

    target:  None where the task has none.
    trivial: score of the trivial forecast; None where there is none.
    """

    metric: Any
    target: float | None
    trivial: float | None


def condition_panel(
    condition: Condition,
    draw: Callable[[Axes, Cells, Condition], None],
    cells: Cells,
    *,
    bars: int = 0,
) -> Panel:
    """Return the panel of a condition with its own cells; `bars` as for `draw_panel`."""
    own = cells.among((arm.row for arm in condition.arms), condition.leader)

    def drawn(axis: Axes, shown: Cells) -> None:
        draw(axis, shown, condition)

    return draw_panel(condition.title, drawn, own, bars=bars)


def score_axis(axis: Axes, condition: Condition, split: str) -> None:
    """Prepare the axis of the scores on a split of the data under a condition."""
    metric = condition.metrics[0]
    trivial = condition.trivial.get(metric.name)
    goal = Goal(metric, condition.target, trivial.centre if trivial else None)
    goal_axis(axis, goal, list(_shown(condition, split)), f"{split} {metric.name}")


def goal_axis(axis: Axes, goal: Goal, medians: Sequence[float], title: str) -> None:
    """Prepare the axis of a score: logarithmic for errors, from 0 to 1 for shares.

    The axis of a score without a lower bound, like skill, is limited to the medians: otherwise one
    outlying seed would flatten all curves. Lines mark the target, if any, and the trivial forecast.
    """
    metric = goal.metric
    trivial = [] if goal.trivial is None else [goal.trivial]
    target = [] if goal.target is None else [goal.target]
    shown = [*medians, *target, *trivial]
    if metric.unit.startswith("share") and all(0 <= value <= 1 for value in shown):
        axis.set_ylim(-0.02, 1.02)
    elif metric.direction == "lower":
        axis.set_yscale("log")
    else:
        _keep_in_view(axis, shown)
    axis.set_ylabel(plain(title), fontsize=SMALL)
    if goal.target is not None:
        _mark(axis, goal.target, "target", linestyle="--", linewidth=1)
    for value in trivial:
        _mark(axis, value, "trivial", linestyle=":", linewidth=1.2)
    if axis.get_yscale() == "log":
        plain_ticks(axis.yaxis)


def _mark(axis: Axes, value: float, name: str, **style: Any) -> None:
    axis.axhline(value, color=REFERENCE, **style)
    name_level(axis, value, name)


def name_level(axis: Axes, value: float, name: str) -> None:
    """Write the name of a line at the left end of the axis, where the line is at this height."""
    axis.annotate(
        name,
        (0, value),
        (2, 1.5),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=6.5,
        color=REFERENCE,
        annotation_clip=True,
    )


def _keep_in_view(axis: Axes, shown: Sequence[float]) -> None:
    span = max(shown) - min(shown)
    if span > 0:
        axis.set_ylim(min(shown) - span / 2, max(shown) + span / 2)


def _shown(condition: Condition, split: str) -> Iterator[float]:
    """Yield the medians of the scores on a split."""
    name = condition.metrics[0].name
    if split == "test":
        yield from (arm.test[name].centre for arm in condition.arms if name in arm.test)
    else:
        yield from chain.from_iterable(arm.curve.median for arm in condition.arms)
