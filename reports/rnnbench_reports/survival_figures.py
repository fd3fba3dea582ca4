"""Kaplan-Meier curves of the epochs at which seeds reach the target."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

import rnnbench
from rnnbench_reports.axes import condition_panel
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.looks import Look
from rnnbench_reports.panel import Cells, Drawn, line_style, tag
from rnnbench_reports.style import REFERENCE, SMALL

FAINT = 0.35
OFFSET = 0.006
"""Curves of different cells are shifted by this much, so that equal ones remain visible."""
MOST_FAINT = 4
"""Faint curves of more cells would hide the others."""


def survival_curves(task: str, conditions: Sequence[rnnbench.Condition], cells: Cells) -> Drawn:
    """Draw the share of seeds that are not yet at the target after each epoch.

    A faint curve shows the same for the easiest threshold.
    """
    panels = []
    for condition in conditions:
        panels.append(condition_panel(condition, _curves, cells))
    caption = (
        "Kaplan-Meier curves: the share of seeds that are not yet at the target after so many"
        " epochs. The area under a curve is the mean of epochs up to the budget (dashed). An arrow"
        " is a share that never reached the target. The faint curve is the easiest threshold, three"
        " quarters of the way from the trivial forecast to the target. It is drawn where at most"
        f" {MOST_FAINT} cells are shown and that forecast is known. Hollow marks are on the curve"
        " of a cell whose test score does not confirm what it reached on validation data."
    )
    return Drawn(f"not-yet-at-target-{task}", "Not yet at the target", caption, tuple(panels), task)


def has_survival(condition: rnnbench.Condition) -> bool:
    """Return whether some seed reached some threshold."""
    reached = chain.from_iterable(arm.reached for arm in condition.arms)
    return any(threshold.solved for threshold in reached)


def _curves(axis: Axes, cells: Cells, condition: rnnbench.Condition) -> None:
    budget = condition.recipe.epochs
    arms = {arm.row: arm for arm in condition.arms}
    featured = [row for row in arms if row in cells.featured]
    middle = (len(arms) - 1) / 2
    ends = {}
    for position, row in enumerate(cells.by_prominence(arms)):
        offset = OFFSET * (position - middle) if len(arms) <= len(cells.featured) else 0.0
        faint = len(featured) <= MOST_FAINT
        end = _draw_arm(axis, arms[row], condition, offset, cells, faint=faint)
        if end is not None and row in cells.featured:
            ends[row] = end
    axis.axvline(budget, color=REFERENCE, linestyle="--", linewidth=1)
    axis.set_xlim(0, budget * 1.04)
    axis.set_ylim(-0.03, 1.04)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    axis.set_xlabel("epochs", fontsize=SMALL)
    axis.set_ylabel("seeds not yet at the target", fontsize=SMALL)
    label_ends(axis, ends, cells.looks)


def _draw_arm(
    axis: Axes,
    arm: rnnbench.Arm,
    condition: rnnbench.Condition,
    offset: float,
    cells: Cells,
    *,
    faint: bool,
) -> float | None:
    """Draw the curves of a cell at its easiest threshold and, over it, at the target.

    Returns the share at the end of the latter; None for a cell without figures.
    """
    end = None
    budget = condition.recipe.epochs
    look = cells.looks[arm.row]
    is_featured = arm.row in cells.featured
    is_hollow = condition.is_unconfirmed(arm)
    thresholds = {found.share: found for found in (*arm.reached[:1], *arm.reached[-1:])}
    for threshold in reversed(thresholds.values()):
        is_target = threshold.share == 1
        if not is_target and not (faint and is_featured):
            continue
        times = [0, *threshold.survival.epochs, budget]
        shares = [1.0, *threshold.survival.share]
        shares.append(shares[-1])
        shifted = [share + offset for share in shares]
        style = line_style(look, featured=is_featured)
        if not is_target:
            style |= {"linewidth": 1.2, "alpha": FAINT}
        elif is_hollow and is_featured:
            style |= _hollow_marks(look, len(threshold.survival.epochs))
        says = _says(arm, threshold, "on validation data alone" if is_hollow else "")
        tag(arm.row, axis.step(times, shifted, where="post", **style), says)
        if is_target:
            end = shifted[-1]
        if is_target and shares[-1] > 0 and is_featured:
            mark: dict[str, Any] = {"color": look.colour, "markersize": 5, "clip_on": False}
            tag(arm.row, axis.plot(budget, shifted[-1], ">", **mark), says)
    return end


def _hollow_marks(look: Look, steps: int) -> dict[str, Any]:
    """Return how a curve is marked at each of its steps down."""
    return {
        "marker": look.marker,
        "markerfacecolor": "white",
        "markersize": 5,
        "markevery": list(range(1, steps + 1)),
    }


def _says(arm: rnnbench.Arm, reached: Any, how: str) -> str:
    where = "the target" if reached.share == 1 else "the easiest threshold"
    seeds = rnnbench.text.counted(len(arm.seeds), "seed")
    return f"{arm.row}: {reached.solved} of {seeds} at {where} {how}".strip()
