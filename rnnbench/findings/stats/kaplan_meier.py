"""Epochs to a threshold as censored data: Kaplan-Meier curves, and means up to the budget."""

from collections.abc import Sequence

import numpy as np
import scipy
from msgspec import Struct

from rnnbench.findings.stats.bounded_mean import mean_bounds, ratio_bounds
from rnnbench.findings.stats.ranges import Range

Epochs = Sequence[int | None]
"""Epochs to a threshold by seed; None for a seed that is censored at the budget."""


class Survival(Struct, frozen=True):
    """The Kaplan-Meier curve of a cell: the share of seeds that have not reached the threshold.

    epochs:  the epochs after which some seed reached the threshold, in order.
    share:   the share of seeds that have not reached it after each of these epochs.
    at_risk: the number of seeds that had not reached it before each of these epochs.
    """

    epochs: tuple[int, ...]
    share: tuple[float, ...]
    at_risk: tuple[int, ...]


def survival(epochs: Epochs, budget: int) -> Survival:
    """Return the curve of these seeds, by scipy's estimator; all censoring is at the budget."""
    reached = [epoch for epoch in epochs if epoch is not None]
    censored_at = [budget] * (len(epochs) - len(reached))
    curve = scipy.stats.ecdf(scipy.stats.CensoredData(uncensored=reached, right=censored_at)).sf
    times = sorted(set(reached))
    shares = curve.evaluate(np.array(times)) if times else []
    return Survival(
        epochs=tuple(times),
        share=tuple(float(share) for share in shares),
        at_risk=tuple(_at_risk(epochs, time) for time in times),
    )


def restricted_mean(epochs: Epochs, budget: int) -> Range:
    """Return the mean of epochs up to the budget: the area under the Kaplan-Meier curve.

    Its 95 % interval allows for seeds that would have been censored.
    """
    curve = survival(epochs, budget)
    widths = np.diff([0, *curve.epochs, budget])
    low, high = mean_bounds(censored(epochs, budget), 1.0, float(budget))
    return Range(
        centre=float(widths @ [1.0, *curve.share]),
        low=float(low),
        high=float(high),
        n=len(epochs),
        kind="95 % interval",
    )


def restricted_ratio(ours: Epochs, theirs: Epochs, budget: int) -> Range:
    """Return the ratio of the means up to the budget of two cells on the same seeds."""
    our_epochs = censored(ours, budget)
    their_epochs = censored(theirs, budget)
    low, high = ratio_bounds(our_epochs, their_epochs, 1.0, float(budget))
    return Range(
        centre=float(our_epochs.mean() / their_epochs.mean()),
        low=float(low),
        high=float(high),
        n=len(ours),
        kind="95 % interval",
    )


def censored(epochs: Epochs, budget: int) -> np.ndarray:
    """Return epochs up to the budget, (seeds,); a seed that did not reach the threshold has it."""
    values = [budget if epoch is None else min(epoch, budget) for epoch in epochs]
    return np.array(values, dtype=np.float64)


def _at_risk(epochs: Epochs, time: int) -> int:
    return sum(epoch is None or epoch >= time for epoch in epochs)
