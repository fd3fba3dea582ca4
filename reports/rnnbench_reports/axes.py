"""Axes that several figures share: a score with its target and its trivial forecast."""

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import REFERENCE, plain


def keep_medians_in_view(axis: Axes, condition: rnnbench.Condition) -> None:
    """A score without a lower end, like skill: one seed far off must not flatten all others."""
    metric = condition.metrics[0]
    if metric.direction == "lower" or metric.name == "accuracy":
        return
    shown = [score for arm in condition.arms for score in arm.curve.median] + [condition.target]
    shown += [trivial.centre for trivial in [condition.trivial.get(metric.name)] if trivial]
    span = max(shown) - min(shown)
    if span > 0:
        axis.set_ylim(min(shown) - span / 2, max(shown) + span / 2)


def score_axis(axis: Axes, condition: rnnbench.Condition, split: str) -> None:
    """Errors on a logarithmic axis, shares on one that ends at 1; target and trivial forecast as
    lines."""
    metric = condition.metrics[0]
    if metric.direction == "lower":
        axis.set_yscale("log")
    elif metric.name == "accuracy":
        axis.set_ylim(0, 1.02)
    axis.set_ylabel(plain(f"{split} {metric.name}"), fontsize=9)
    axis.axhline(condition.target, color=REFERENCE, linestyle="--", linewidth=1, label="target")
    if trivial := condition.trivial.get(metric.name):
        axis.axhline(
            trivial.centre, color=REFERENCE, linestyle=":", linewidth=1.2, label="trivial forecast"
        )
