"""Kaplan-Meier curves of the epochs at which seeds reach the target."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain

FAINT = 0.35
OFFSET = 0.006
"""Curves of different cells are shifted by this much, so that equal ones remain visible."""


def survival_curves(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw the share of seeds that are not yet at the target after each epoch.

    A faint curve shows the same for the easiest threshold.
    """
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        _draw_condition(axis, condition, by_cell)
    legend(figure, axes)
    caption = (
        "Kaplan-Meier curves: the share of seeds that are not yet at the target after so many"
        " epochs. The area under a curve is the mean of epochs up to the budget. An arrow is a"
        " share that never reached the target. The faint curve is the easiest threshold, three"
        " quarters of the way from the trivial forecast to the target, where that is known."
    )
    return Drawn("not-yet-at-target", "Not yet at the target", caption, figure)


def _draw_condition(axis: Axes, condition: rnnbench.Condition, by_cell: Mapping[str, Look]) -> None:
    budget = condition.recipe.epochs
    middle = (len(condition.arms) - 1) / 2
    for position, arm in enumerate(condition.arms):
        offset = OFFSET * (position - middle)
        _draw_arm(axis, arm, by_cell[arm.row], budget, offset)
    axis.axvline(
        budget, color=REFERENCE, linestyle="--", linewidth=1, label="budget (censored here)"
    )
    axis.set_xlim(0, budget * 1.04)
    axis.set_ylim(-0.03, 1.04)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    axis.set_xlabel("epochs", fontsize=9)
    axis.set_ylabel("seeds not yet at the target", fontsize=9)


def _draw_arm(axis: Axes, arm: rnnbench.Arm, look: Look, budget: int, offset: float) -> None:
    """Draw the curves of a cell at its first and its last threshold, which is the target."""
    thresholds = {found.share: found for found in (*arm.reached[:1], *arm.reached[-1:])}
    for threshold in thresholds.values():
        is_target = threshold.share == 1
        times = [0, *threshold.survival.epochs, budget]
        shares = [1.0, *threshold.survival.share]
        shares.append(shares[-1])
        axis.step(
            times,
            [share + offset for share in shares],
            where="post",
            color=look.colour,
            linewidth=1.6 if is_target else 1.2,
            alpha=1 if is_target else FAINT,
            label=plain(arm.row) if is_target else None,
        )
        if is_target and shares[-1] > 0:
            axis.plot(
                budget,
                shares[-1] + offset,
                ">",
                color=look.colour,
                markersize=6,
                clip_on=False,
            )
