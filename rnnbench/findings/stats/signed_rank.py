"""The signed-rank test of paired seeds (Wilcoxon 1945), by its exact distribution with ties.

The unit is a seed: the difference of two cells on the same data, or the logarithm of their ratio.
The test assumes no distribution, only that differences are symmetric around the typical value,
which holds where two cells are alike. Estimates and intervals are in `hodges_lehmann`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray

from rnnbench.records import Region

EXACT = 60
"""The most differences for the exact distribution; with more, the normal one is as good."""
ON_BOUNDARY = 1e-12
"""A value at most this far from a boundary counts as lying on it."""
Values = NDArray[np.float64]


def p_above(values: Sequence[float], boundary: float, *, differ: bool = False) -> float:
    """Return the one-sided p-value of the hypothesis that values lie above a boundary.

    It is the chance that signs drawn at random put the ranks as high. Values at the boundary count
    against the hypothesis (with the lowest ranks, after Pratt 1959): where most values lie there,
    so does the typical one. To test whether two cells `differ` at all, they are left out.
    """
    distances = [value - boundary for value in values]
    sizes = list(map(abs, distances))
    if min(sizes, default=0.0) <= ON_BOUNDARY:
        distances = [0.0 if abs(away) <= ON_BOUNDARY else away for away in distances]
        if differ:
            distances = [away for away in distances if away]
        sizes = list(map(abs, distances))
    if len(distances) > EXACT:
        unflipped = np.ones((1, len(distances)))
        return float(tails(np.array(distances), unflipped)[0])
    if not any(distances):
        return 1.0
    ranks = _doubled_ranks(sizes)
    positive = [rank for rank, away in zip(ranks, distances, strict=True) if away > 0]
    return float(_at_least(tuple(sorted(ranks)))[sum(positive)])


def p_below(values: Sequence[float], boundary: float, *, differ: bool = False) -> float:
    """Return the one-sided p-value of the hypothesis that values lie below a boundary."""
    return p_above([-value for value in values], -boundary, differ=differ)


def tails(distances: Values, signs: Values) -> Values:
    """Return one-sided p-values, (flips,), of distances whose signs are flipped.

    distances: from a boundary, (values,); 0 counts against lying above it.
    signs:     (flips, values), 1 or -1.
    """
    if not distances.any():
        return np.ones(len(signs))
    ranks = np.array(_doubled_ranks(np.abs(distances).tolist()))
    signed = np.where(distances > 0, ranks, -ranks).astype(float)  # whole, so that sums are exact
    positive_sums = ((signs @ signed + ranks.sum()) / 2).astype(int)
    if len(distances) > EXACT:
        mean = ranks.sum() / 2
        deviation = np.sqrt(np.sum(ranks.astype(float) ** 2)) / 2
        by_normal: Values = scipy.special.ndtr((mean + 1 - positive_sums) / deviation)
        return by_normal
    exact: Values = _at_least(tuple(sorted(ranks.tolist())))[positive_sums]
    return exact


def evidence(
    values: Sequence[float], region: Region, highest: Sequence[float] = ()
) -> tuple[float, float]:
    """Return two-sided p-values that the typical value lies in a region, and outside of it.

    highest: where values are lower bounds only (a cell that did not reach the target within the
             budget), the largest possible values; each test uses the ends that speak against it.
    """
    lows = values
    highs = highest or values
    return two_sided(
        region, lambda bound: p_above(lows, bound), lambda bound: p_below(highs, bound)
    )


def two_sided(
    region: Region, above: Callable[[float], float], below: Callable[[float], float]
) -> tuple[float, float]:
    """Return two-sided p-values that an effect lies in a region, and outside of it.

    above: the one-sided p-value that the effect lies above a bound.
    below: the one-sided p-value that the effect lies below a bound.
    """
    low = region.low
    high = region.high
    above_low = 0.0 if low is None else above(low)
    below_high = 0.0 if high is None else below(high)
    below_low = 1.0 if low is None else below(low)
    above_high = 1.0 if high is None else above(high)
    within = min(1.0, 2 * max(above_low, below_high))
    beyond = min(1.0, 2 * min(below_low, above_high))
    return (beyond, within) if region.outside else (within, beyond)


def _doubled_ranks(sizes: Sequence[float]) -> list[int]:
    """Return the ranks of these sizes, doubled, so that ranks which ties share are whole."""
    in_order = sorted(sizes)
    rank_of = dict(zip(in_order, range(2, 2 * len(sizes) + 1, 2), strict=True))
    if len(rank_of) < len(sizes):  # of ties, the last rank is found there so far
        for size in rank_of:
            rank_of[size] -= in_order.count(size) - 1
    return [rank_of[size] for size in sizes]


@lru_cache(maxsize=1024)
def _at_least(ranks: tuple[int, ...]) -> Values:
    """Return the chance that the positive ranks sum to at least s, for each s."""
    at_least: Values = np.cumsum(sums(np.array(ranks))[::-1])[::-1]
    return at_least


def sums(ranks: NDArray[np.int64]) -> Values:
    """Return the distribution of the sum of positive ranks, each positive with chance 1/2."""
    distribution: Values = np.zeros(int(ranks.sum()) + 1)
    distribution[0] = 1.0
    for rank in ranks:
        shifted = np.zeros_like(distribution)
        shifted[rank:] = distribution[: len(distribution) - rank]
        distribution = (distribution + shifted) / 2
    return distribution
