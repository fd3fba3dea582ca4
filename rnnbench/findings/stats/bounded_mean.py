"""Intervals for the mean of bounded data at any number of seeds: they allow for what might have
been seen and was not.

The upper end is Gaffke's (2005; Learned-Miller & Thomas 2019, arXiv:1905.06208): give the n values
and the upper bound weights that are uniform over all that sum to 1, and take the 97.5 % quantile of
the weighted mean. The lower end mirrors it. For yes and no it is Clopper & Pearson's interval; that
it holds for every distribution is a conjecture, which `benchmarks/survival_coverage.py` tries to
break.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

TAIL = 0.025
HALVINGS = 60
Values = NDArray[np.float64]


def mean_bounds(values_n: Values, low: float, high: float) -> tuple[Values, Values]:
    """Both ends of the 95 % interval for the mean of values that lie in [low, high]; any axes
    before that of seeds."""
    below = _with(values_n, low)
    above = _with(values_n, high)
    lower_end = _halve(
        lambda mean: share_above(below, mean) > 1 - TAIL, below.min(-1), below.max(-1)
    )
    upper_end = _halve(lambda mean: share_above(above, mean) > TAIL, above.min(-1), above.max(-1))
    return lower_end, upper_end


def ratio_bounds(
    ours_n: Values, theirs_n: Values, low: float, high: float
) -> tuple[Values, Values]:
    """Both ends of the 95 % interval for mean(ours) / mean(theirs), paired by seed, all values in
    [low, high], low > 0.

    These are the ratios r at which the interval for the mean of `ours - r theirs` holds 0; both its
    ends fall with r.
    """

    def share_above_zero(ratio: Values, smallest_or_largest: Values) -> Values:
        differences_n = ours_n - ratio[..., None] * theirs_n
        return share_above(_with(differences_n, smallest_or_largest), np.zeros_like(ratio))

    def is_below_lower_end(log_ratio: Values) -> NDArray[np.bool_]:
        ratio = np.exp(log_ratio)
        return share_above_zero(ratio, low - ratio * high) > 1 - TAIL

    def is_below_upper_end(log_ratio: Values) -> NDArray[np.bool_]:
        ratio = np.exp(log_ratio)
        return share_above_zero(ratio, high - ratio * low) > TAIL

    widest = np.full(ours_n.shape[:-1], np.log(high / low))
    lower_end = _halve(is_below_lower_end, -widest, widest)
    upper_end = _halve(is_below_upper_end, -widest, widest)
    return np.exp(lower_end), np.exp(upper_end)


def share_above(points_m: Values, at: Values) -> Values:
    """How often the mean of the points is above a value, under weights that are uniform over all
    that sum to 1.

    The density of that mean is the B-spline whose knots are the points (Curry & Schoenberg 1966),
    so that this is the divided difference of a truncated power, by the recurrence in which every
    step is a mean of two.
    """
    knots = np.sort(points_m, axis=-1)
    value = np.asarray(at)[..., None]
    above = (knots > value).astype(np.float64)
    for order in range(1, knots.shape[-1]):
        left = knots[..., :-order]
        width = knots[..., order:] - left
        way = np.clip(
            np.divide(value - left, width, out=np.zeros_like(width), where=width > 0), 0.0, 1.0
        )
        above = way * above[..., :-1] + (1 - way) * above[..., 1:]
    return np.asarray(above[..., 0])


def _with(values_n: Values, bound: float | Values) -> Values:
    """The values and one more point."""
    ends = np.broadcast_to(np.asarray(bound, dtype=np.float64), values_n.shape[:-1])
    return np.concatenate([np.asarray(values_n, dtype=np.float64), ends[..., None]], axis=-1)


def _halve(holds: Callable[[Values], NDArray[np.bool_]], low: Values, high: Values) -> Values:
    """The place up to which something holds, between two ends."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        up = holds(middle)
        low = np.where(up, middle, low)
        high = np.where(up, high, middle)
    return np.asarray(low)
