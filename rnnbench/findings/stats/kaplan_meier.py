"""Epochs to each threshold as censored data: Kaplan-Meier curves, means up to the budget, and how
they compare."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy import stats

from rnnbench.findings.stats.bounded_mean import mean_bounds, ratio_bounds
from rnnbench.findings.stats.ranges import Range

Epochs = Sequence[int | None]
"""Epochs to a threshold by seed; None where it was not reached, which censors the seed at the
budget."""


class Survival(Struct, frozen=True):
    """The Kaplan-Meier curve of a cell: the share of seeds that are not yet at the threshold.

    epochs:  those after which some seed was there, in order.
    share:   of seeds that are not there after each of them.
    at_risk: seeds that were not there before each of them.
    """

    epochs: tuple[int, ...]
    share: tuple[float, ...]
    at_risk: tuple[int, ...]


def survival(epochs: Epochs, budget: int) -> Survival:
    """The curve of these seeds, by scipy's estimator; every censoring is at the budget."""
    seen = [e for e in epochs if e is not None]
    curve = stats.ecdf(
        stats.CensoredData(uncensored=seen, right=[budget] * (len(epochs) - len(seen)))
    ).sf
    times = sorted(set(seen))
    return Survival(
        epochs=tuple(times),
        share=tuple(float(share) for share in curve.evaluate(np.array(times))) if times else (),
        at_risk=tuple(sum(e is None or e >= time for e in epochs) for time in times),
    )


def restricted_mean(epochs: Epochs, budget: int) -> Range:
    """Mean of epochs up to the budget, which is the area under the Kaplan-Meier curve, with an
    interval that allows for seeds that would have been censored."""
    curve = survival(epochs, budget)
    widths = np.diff([0, *curve.epochs, budget])
    low, high = mean_bounds(censored(epochs, budget), 1.0, float(budget))
    return Range(
        float(widths @ [1.0, *curve.share]), float(low), float(high), len(epochs), "95 % interval"
    )


def restricted_ratio(ours: Epochs, theirs: Epochs, budget: int) -> Range:
    """Ratio of the means up to the budget of two cells on the same seeds."""
    a, b = censored(ours, budget), censored(theirs, budget)
    low, high = ratio_bounds(a, b, 1.0, float(budget))
    return Range(float(a.mean() / b.mean()), float(low), float(high), len(ours), "95 % interval")


def censored(epochs: Epochs, budget: int) -> np.ndarray:
    return np.array([budget if e is None else min(e, budget) for e in epochs], dtype=np.float64)
