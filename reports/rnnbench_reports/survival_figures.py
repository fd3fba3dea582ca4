"""When seeds get to the target: Kaplan-Meier curves."""

from collections.abc import Mapping

from matplotlib.ticker import MaxNLocator, PercentFormatter

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain

FAINT = 0.35


def survival_curves(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """The share of seeds that are not yet at the target after each epoch; faint, at the easiest
    threshold."""
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        budget = condition.recipe.epochs
        for place, arm in enumerate(condition.arms):
            look, nudge = by_cell[arm.row], 0.006 * (place - (len(condition.arms) - 1) / 2)
            for threshold in {
                found.share: found for found in (*arm.reached[:1], *arm.reached[-1:])
            }.values():
                survival, target = threshold.survival, threshold.share == 1
                times = [0, *survival.epochs, budget]
                shares = [1.0, *survival.share, (1.0, *survival.share)[-1]]
                axis.step(
                    times,
                    [share + nudge for share in shares],
                    where="post",
                    color=look.colour,
                    linewidth=1.6 if target else 1.2,
                    alpha=1 if target else FAINT,
                    label=plain(arm.row) if target else None,
                )
                if target and shares[-1] > 0:
                    axis.plot(
                        budget,
                        shares[-1] + nudge,
                        ">",
                        color=look.colour,
                        markersize=6,
                        clip_on=False,
                    )
        axis.axvline(
            budget, color=REFERENCE, linestyle="--", linewidth=1, label="budget (censored here)"
        )
        axis.set_xlim(0, budget * 1.04)
        axis.set_ylim(-0.03, 1.04)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axis.set_xlabel("epochs", fontsize=9)
        axis.set_ylabel("seeds not yet at the target", fontsize=9)
    legend(figure, axes)
    caption = (
        "Kaplan-Meier curves: the share of seeds that are not yet at the target after so many"
        " epochs. The area under a curve is the mean of epochs up to the budget. An arrow is a"
        " share that never got there. The faint curve is the easiest threshold, three quarters of"
        " the way from the trivial forecast to the target, where that is known."
    )
    return Drawn("not-yet-at-target", "Not yet at the target", caption, figure)
