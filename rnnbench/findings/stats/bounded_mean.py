"""Intervals for the mean of bounded data, which hold at any number of seeds.

They allow for values that are possible and did not occur. The upper end is Gaffke's (2005;
Learned-Miller & Thomas 2019, arXiv:1905.06208): give the n values and the upper bound random
weights, uniform over all that sum to 1, and take the 97.5 % quantile of the weighted mean. The
lower end mirrors it. For values of 0 and 1 it is Clopper & Pearson's interval. That it holds for
every distribution is a conjecture, which `benchmarks/survival_coverage.py` tries to refute.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

TAIL = 0.025
"""The error at each end of an interval."""
HALVINGS = 60
"""Steps of the bisection, which exhaust double precision."""
Values = NDArray[np.float64]


def mean_bounds(values_n: Values, low: float, high: float) -> tuple[Values, Values]:
    """Return both ends of the 95 % interval for the mean of values that lie in [low, high].

    values_n: (..., seeds); the ends are (...).
    """
    below = _with(values_n, low)
    above = _with(values_n, high)

    def is_below_lower_end(mean: Values) -> NDArray[np.bool_]:
        return share_above(below, mean) > 1 - TAIL

    def is_below_upper_end(mean: Values) -> NDArray[np.bool_]:
        return share_above(above, mean) > TAIL

    lower_end = _bisect(is_below_lower_end, below.min(-1), below.max(-1))
    upper_end = _bisect(is_below_upper_end, above.min(-1), above.max(-1))
    return lower_end, upper_end


def ratio_bounds(
    ours_n: Values, theirs_n: Values, low: float, high: float
) -> tuple[Values, Values]:
    """Return both ends of the 95 % interval for mean(ours) / mean(theirs).

    Values are paired by seed, (..., seeds), and all in [low, high] with low > 0. The interval
    consists of the ratios r at which the interval for the mean of `ours - r theirs` contains 0;
    both ends of the latter fall with r.
    """

    def share_above_zero(ratio: Values, bound: Values) -> Values:
        differences_n = ours_n - ratio[..., None] * theirs_n
        return share_above(_with(differences_n, bound), np.zeros_like(ratio))

    def is_below_lower_end(log_ratio: Values) -> NDArray[np.bool_]:
        ratio = np.exp(log_ratio)
        return share_above_zero(ratio, low - ratio * high) > 1 - TAIL

    def is_below_upper_end(log_ratio: Values) -> NDArray[np.bool_]:
        ratio = np.exp(log_ratio)
        return share_above_zero(ratio, high - ratio * low) > TAIL

    widest = np.full(ours_n.shape[:-1], np.log(high / low))
    lower_end = _bisect(is_below_lower_end, -widest, widest)
    upper_end = _bisect(is_below_upper_end, -widest, widest)
    return np.exp(lower_end), np.exp(upper_end)


def share_above(points_m: Values, at: Values) -> Values:
    """Return the chance that the mean of points, (..., points), with random weights is above `at`.

    Weights are uniform over all that sum to 1. The density of that mean is the B-spline whose knots
    are the points (Curry & Schoenberg 1966). The chance is the divided difference of a truncated
    power, by a recurrence in which every step is a weighted mean of two.
    """
    knots = np.sort(points_m, axis=-1)
    value = np.asarray(at)[..., None]
    above = (knots > value).astype(np.float64)
    for order in range(1, knots.shape[-1]):
        left = knots[..., :-order]
        width = knots[..., order:] - left
        quotient = np.divide(value - left, width, out=np.zeros_like(width), where=width > 0)
        weight = np.clip(quotient, 0.0, 1.0)
        above = weight * above[..., :-1] + (1 - weight) * above[..., 1:]
    return np.asarray(above[..., 0])


def _with(values_n: Values, bound: float | Values) -> Values:
    """Return the values with a bound as one more point."""
    ends = np.broadcast_to(np.asarray(bound, dtype=np.float64), values_n.shape[:-1])
    return np.concatenate([np.asarray(values_n, dtype=np.float64), ends[..., None]], axis=-1)


def _bisect(is_below: Callable[[Values], NDArray[np.bool_]], low: Values, high: Values) -> Values:
    """Return the point between two ends up to which `is_below` holds, by bisection."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = is_below(middle)
        low = np.where(below, middle, low)
        high = np.where(below, high, middle)
    return np.asarray(low)
