"""Axes that several figures share: a score with its target and its trivial forecast."""

from itertools import chain

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import REFERENCE, plain


def keep_medians_in_view(axis: Axes, condition: rnnbench.Condition) -> None:
    """Limit the axis of a score without a lower bound, like skill, to the medians.

    Otherwise one outlying seed would flatten all curves.
    """
    metric = condition.metrics[0]
    if metric.direction == "lower" or metric.name == "accuracy":
        return
    shown = list(chain.from_iterable(arm.curve.median for arm in condition.arms))
    shown.append(condition.target)
    trivial = condition.trivial.get(metric.name)
    if trivial:
        shown.append(trivial.centre)
    span = max(shown) - min(shown)
    if span > 0:
        axis.set_ylim(min(shown) - span / 2, max(shown) + span / 2)


def score_axis(axis: Axes, condition: rnnbench.Condition, split: str) -> None:
    """Prepare the axis of a score: logarithmic for errors, up to 1 for accuracy.

    Lines mark the target and the trivial forecast.
    """
    metric = condition.metrics[0]
    if metric.direction == "lower":
        axis.set_yscale("log")
    elif metric.name == "accuracy":
        axis.set_ylim(0, 1.02)
    axis.set_ylabel(plain(f"{split} {metric.name}"), fontsize=9)
    axis.axhline(condition.target, color=REFERENCE, linestyle="--", linewidth=1, label="target")
    trivial = condition.trivial.get(metric.name)
    if trivial:
        axis.axhline(
            trivial.centre, color=REFERENCE, linestyle=":", linewidth=1.2, label="trivial forecast"
        )
