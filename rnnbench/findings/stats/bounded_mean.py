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
PARTS = 16
"""Parts in which a step of the search for an end divides the interval that holds it."""
STRIDES = (4, 1)
"""Parts between points that are tried at once: of the 15 points of a step, six are tried."""
STEPS = 10
"""Steps of that search, which leave a millionth of a millionth of the interval."""
Values = NDArray[np.float64]


def mean_bounds(values_n: Values, low: float, high: float) -> tuple[Values, Values]:
    """Return both ends of the 95 % interval for the mean of values that lie in [low, high].

    values_n: (..., seeds); the ends are (...).
    """
    points_2m = np.stack([_with(values_n, low), _with(values_n, high)])

    def shares(means: Values) -> Values:
        return share_above(points_2m[..., None, :], means)

    lower_end, upper_end = _ends(shares, points_2m.min(-1), points_2m.max(-1))
    return lower_end, upper_end


def ratio_bounds(
    ours_n: Values, theirs_n: Values, low: float, high: float
) -> tuple[Values, Values]:
    """Return both ends of the 95 % interval for mean(ours) / mean(theirs).

    Values are paired by seed, (..., seeds), and all in [low, high] with low > 0. The interval
    consists of the ratios r at which the interval for the mean of `ours - r theirs` contains 0;
    both ends of the latter fall with r.
    """

    def shares(log_ratios: Values) -> Values:
        ratios = np.exp(log_ratios)
        differences_n = ours_n[..., None, :] - ratios[..., None] * theirs_n[..., None, :]
        bounds = np.stack([low - ratios[0] * high, high - ratios[1] * low])
        return share_above(_with(differences_n, bounds), np.zeros_like(ratios))

    widest = np.full((2, *ours_n.shape[:-1]), np.log(high / low))
    lower_end, upper_end = np.exp(_ends(shares, -widest, widest))
    return lower_end, upper_end


def share_above(points_m: Values, at: Values) -> Values:
    """Return the chance that the mean of points, (..., points), with random weights is above `at`.

    Weights are uniform over all that sum to 1. The density of that mean is the B-spline whose knots
    are the points (Curry & Schoenberg 1966). The chance is the divided difference of a truncated
    power, by a recurrence in which every step is a weighted mean of two.
    """
    knots = np.sort(points_m, axis=-1)
    value = np.asarray(at)[..., None]
    from_left = value - knots
    above = (knots > value).astype(np.float64)
    for order in range(1, knots.shape[-1]):
        width = knots[..., order:] - knots[..., :-order]
        # Where knots coincide, both neighbours are equal, and their weights do not matter.
        weight = from_left[..., :-order] / np.where(width > 0, width, 1.0)
        np.maximum(weight, 0.0, out=weight)
        np.minimum(weight, 1.0, out=weight)
        mean = above[..., :-1] - above[..., 1:]
        mean *= weight
        mean += above[..., 1:]
        above = mean
    return np.asarray(above[..., 0])


def _with(values_n: Values, bound: float | Values) -> Values:
    """Return the values with a bound as one more point."""
    ends = np.broadcast_to(np.asarray(bound, dtype=np.float64), values_n.shape[:-1])
    return np.concatenate([np.asarray(values_n, dtype=np.float64), ends[..., None]], axis=-1)


def _ends(shares: Callable[[Values], Values], low: Values, high: Values) -> Values:
    """Return the lower and the upper end of an interval, (2, ...), each sought in [low, high].

    shares: the chance, (2, ..., points), that the random mean is above each of the given points; it
            falls from point to point. Three are tried at once, which takes fewer calls of numpy
            than to halve the interval.
    """
    wanted = np.reshape([1 - TAIL, TAIL], (2, *[1] * low.ndim))
    for _ in range(STEPS):
        width = high - low
        parts_below = np.zeros_like(low)
        for stride in STRIDES:
            tried = parts_below[..., None] + stride * np.arange(1, 4)
            points = low[..., None] + width[..., None] * (tried / PARTS)
            parts_below += stride * (shares(points) > wanted).sum(-1)
        high = low + width * (parts_below + 1) / PARTS
        low = low + width * parts_below / PARTS
    return np.asarray(low)
