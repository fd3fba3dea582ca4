"""Figures of learning under the conditions of one task: curves, epochs to target, learning
rates."""

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

import rnnbench
from rnnbench_reports.axes import condition_panel, have_target, score_axis
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import (
    Cells,
    Drawn,
    line_style,
    tag,
    tag_curve,
    with_n,
)
from rnnbench_reports.style import REFERENCE, SMALL, name_ticks, numbers
from rnnbench_reports.survival_figures import has_survival, survival_curves

MOST_BANDS = 4
"""Bands of more cells would hide each other."""
Conditions = Sequence[rnnbench.Condition]


def learning_figures(task: str, conditions: Conditions, cells: Cells) -> Iterator[Drawn]:
    """Yield the figures of one task, those first that a reader needs first."""
    yield learning_curves(task, conditions, cells)
    solved = [condition for condition in conditions if has_survival(condition)]
    if solved:
        yield survival_curves(task, solved, cells)
        yield epochs_to_target(task, solved, cells)
    searched = [condition for condition in conditions if any(arm.search for arm in condition.arms)]
    if searched:
        yield learning_rates(task, searched, cells)


def learning_curves(task: str, conditions: Conditions, cells: Cells) -> Drawn:
    """Draw the validation score by epoch."""
    panels = []
    for condition in conditions:
        panels.append(condition_panel(condition, _curves, cells))
    early = "that solved the task stops and" if have_target(conditions) else "that stopped early"
    caption = (
        "Validation score after each epoch: median over seeds, with a band from the smallest to"
        f" the largest where at most {MOST_BANDS} cells are shown. A seed {early}"
        " keeps its last score; one that diverged ends. The band of one outlying seed"
        " may leave the panel."
    )
    return Drawn(f"learning-curves-{task}", "Learning curves", caption, tuple(panels), task)


def _curves(axis: Axes, cells: Cells, condition: rnnbench.Condition) -> None:
    arms = {arm.row: arm for arm in condition.arms}
    featured = [row for row in arms if row in cells.featured]
    ends = {}
    for row in cells.by_prominence(arms):
        look = cells.looks[row]
        curve = arms[row].curve
        is_featured = row in cells.featured
        (line,) = axis.plot(curve.epochs, curve.median, **line_style(look, featured=is_featured))
        n = len(arms[row].seeds)
        ranges = [
            rnnbench.Range(*values, n)
            for values in zip(curve.median, curve.low, curve.high, strict=True)
        ]
        tag_curve(row, line, curve.epochs, ranges, "epoch")
        if is_featured and len(featured) <= MOST_BANDS:
            style: dict[str, Any] = {"color": look.colour, "alpha": 0.15, "linewidth": 0}
            tag(row, axis.fill_between(curve.epochs, curve.low, curve.high, **style))
        if is_featured and curve.median:
            ends[row] = curve.median[-1]
    score_axis(axis, condition, "validation")
    axis.set_xlabel("epoch", fontsize=SMALL)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    label_ends(axis, ends, cells.looks)


def epochs_to_target(task: str, conditions: Conditions, cells: Cells) -> Drawn:
    """Draw the epochs to target of each cell as a mark, with its solve rate."""
    panels = []
    for condition in conditions:
        panels.append(condition_panel(condition, _epochs, cells, bars=len(condition.arms)))
    caption = (
        "Mean of epochs to target up to the budget (dashed), with a 95 % interval. Unsolved seeds"
        " count as the whole budget, and the interval allows for seeds that might have been"
        " unsolved. A hollow mark, with its seeds in brackets, is a cell whose test score does not"
        " confirm what it reached on validation data. A hollow arrow is a cell of which no seed"
        " reached the target."
    )
    return Drawn(f"epochs-to-target-{task}", "Epochs to target", caption, tuple(panels), task)


def _epochs(axis: Axes, cells: Cells, condition: rnnbench.Condition) -> None:
    budget = condition.recipe.epochs
    arms = sorted(condition.arms, key=_by_epochs, reverse=True)
    for position, arm in enumerate(arms):
        _mark_epochs(axis, arm, condition, position, cells)
    axis.axvline(budget, color=REFERENCE, linestyle="--", linewidth=1)
    axis.set_xlim(0, budget * 1.05)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylim(-0.6, len(arms) - 0.4)
    name_ticks(axis.yaxis, [arm.row for arm in arms])
    for position, arm in enumerate(arms):
        solved = f"{arm.solved}/{len(arm.seeds)}"
        if condition.is_unconfirmed(arm):
            solved = f"({solved})"
        at_right = axis.get_yaxis_transform()
        text = axis.text(1.02, position, solved, fontsize=8, va="center", transform=at_right)
        tag(arm.row, text)
    axis.set_xlabel("epochs to target; right: seeds that reach it", fontsize=SMALL)


def _by_epochs(arm: rnnbench.Arm) -> tuple[float, str]:
    return (arm.epochs.centre if arm.epochs else float("inf"), arm.row)


def _mark_epochs(
    axis: Axes, arm: rnnbench.Arm, condition: rnnbench.Condition, position: int, cells: Cells
) -> None:
    epochs = arm.epochs
    if epochs is None:
        return
    look = cells.looks[arm.row]
    style: dict[str, Any] = {"color": look.colour, "linewidth": 4, "alpha": 0.35}
    bar = axis.plot([epochs.low, epochs.high], [position] * 2, **style)
    is_unconfirmed = condition.is_unconfirmed(arm)
    is_filled = arm.solved > 0 and not is_unconfirmed
    mark = axis.plot(
        epochs.centre,
        position,
        marker=look.marker if arm.solved else ">",
        color=look.colour,
        markerfacecolor=look.colour if is_filled else "white",
        markersize=6.5,
        clip_on=False,
    )
    mean = with_n(epochs) if arm.solved else f"over {condition.recipe.epochs}"
    says = f"{arm.row}: {mean}; {arm.solved} of {len(arm.seeds)} solved"
    how = " on validation data alone" if is_unconfirmed else ""
    tag(arm.row, [*bar, *mark], f"{says}{how}")


def learning_rates(task: str, conditions: Conditions, cells: Cells) -> Drawn:
    """Draw the validation score by learning rate, as the search measured it."""
    panels = []
    for condition in conditions:
        panels.append(condition_panel(condition, _rates, cells))
    caption = (
        "Score on validation data at the chosen epoch against the learning rate: median over the"
        " seeds on which it was tried. The large hollow mark is the chosen rate"
    )
    if have_target(conditions):
        caption += "; where the target was reached, epochs to target decided first"
    return Drawn(f"learning-rates-{task}", "Learning rates", f"{caption}.", tuple(panels), task)


def _rates(axis: Axes, cells: Cells, condition: rnnbench.Condition) -> None:
    tried: set[float] = set()
    ends = {}
    arms = {arm.row: arm for arm in condition.arms}
    for row in cells.by_prominence(arms):
        scores = _scores(arms[row])
        if not scores:
            continue
        tried.update(scores)
        look = cells.looks[row]
        is_featured = row in cells.featured
        centres = [score.centre for score in scores.values()]
        (line,) = axis.plot(list(scores), centres, **line_style(look, featured=is_featured))
        tag_curve(row, line, scores, scores.values(), "rate")
        if not is_featured:
            continue
        ends[row] = centres[-1]
        rate = arms[row].learning_rate
        if rate in scores:
            style: dict[str, Any] = {"color": look.colour, "markersize": 8, "fillstyle": "none"}
            mark = axis.plot(rate, scores[rate].centre, look.marker, **style)
            tag(
                row,
                mark,
                f"{row}, chosen rate {rnnbench.text.setting(rate)}: {with_n(scores[rate])}",
            )
    axis.set_xscale("log")
    rates = sorted(tried)
    name_ticks(axis.xaxis, numbers(rates), rates)
    score_axis(axis, condition, "validation")
    axis.set_xlabel("learning rate", fontsize=SMALL)
    label_ends(axis, ends, cells.looks)


def _scores(arm: rnnbench.Arm) -> dict[float, rnnbench.Range]:
    if not arm.search:
        return {}
    return {rate.rate: rate.score for rate in arm.search.rates if rate.score}
