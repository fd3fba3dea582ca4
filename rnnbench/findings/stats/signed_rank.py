"""What paired seeds say of an effect: a typical value with its interval, and how far it is from a
boundary.

The unit is a seed: the difference of two cells on the same data, or the logarithm of their ratio.
The typical value is the median of all means of two (Hodges & Lehmann 1963); intervals and p-values
are those of the signed-rank test (Wilcoxon 1945), by its exact distribution with whatever ties
there are. It asks for no distribution, only that what differs is as often above the typical value
as below it by as much, which holds where two cells are alike.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rnnbench.records import Region

EXACT = 60
"""Up to so many differences the distribution is exact; above, the normal one is as good."""
Values = NDArray[np.float64]


def p_above(values: Sequence[float], boundary: float, *, differ: bool = False) -> float:
    """One-sided p-value that values lie above a boundary: how often signs drawn at random would put
    the ranks so high.

    Values at the boundary count against it (with the lowest ranks, after Pratt 1959): where most
    lie there, so does the typical one. To see whether two cells `differ` at all, they are left out.
    """
    away = np.asarray(values, dtype=float) - boundary
    away[np.abs(away) <= 1e-12] = 0.0
    away = away[away != 0] if differ else away
    return float(tails(away, np.ones((1, len(away)), dtype=np.int8))[0])


def tails(away: Values, signs: NDArray[np.int8]) -> Values:
    """One-sided p-values of these distances from a boundary, with their signs turned in each of
    these ways.

    away:  by value; 0 at the boundary, where it counts against it.
    signs: by way and value, 1 or -1.
    """
    if not away.any():
        return np.ones(len(signs))
    _, place, alike = np.unique(np.abs(away), return_inverse=True, return_counts=True)
    ranks = (2 * np.cumsum(alike) - alike + 1)[place]  # doubled, so that shared ranks are whole
    signed = np.where(away > 0, ranks, -ranks).astype(float)  # whole, so that sums are exact
    reached = ((signs @ signed + ranks.sum()) / 2).astype(int)
    if len(away) > EXACT:
        middle, spread = ranks.sum() / 2, np.sqrt(np.sum(ranks.astype(float) ** 2)) / 2
        far: Values = stats.norm.sf((reached - 1 - middle) / spread)
        return far
    near: Values = _at_least(tuple(sorted(ranks.tolist())))[reached]
    return near


def p_below(values: Sequence[float], boundary: float, *, differ: bool = False) -> float:
    """Likewise that they lie below it."""
    return p_above([-value for value in values], -boundary, differ=differ)


def evidence(
    values: Sequence[float], region: Region, highest: Sequence[float] = ()
) -> tuple[float, float]:
    """Two-sided p-values that the typical value lies in a region, and that it lies outside of it.

    highest: where values are known from below alone (a cell that did not get there within the
             budget), the values that they may have at most; each test then looks at the ends that
             speak against it.
    """
    lows, highs = values, highest or values
    return two_sided(
        region, lambda bound: p_above(lows, bound), lambda bound: p_below(highs, bound)
    )


def two_sided(
    region: Region, above: Callable[[float], float], below: Callable[[float], float]
) -> tuple[float, float]:
    """Two-sided p-values that an effect lies in a region, and that it lies outside of it, from the
    one-sided ones that it lies above a bound, and below."""
    low, high = region.low, region.high
    inside = 2 * max(0.0 if low is None else above(low), 0.0 if high is None else below(high))
    beyond = 2 * min(1.0 if low is None else below(low), 1.0 if high is None else above(high))
    pair = min(1.0, inside), min(1.0, beyond)
    return (pair[1], pair[0]) if region.outside else pair


@lru_cache(maxsize=1024)
def _at_least(ranks: tuple[int, ...]) -> Values:
    """How likely the ranks that get a plus sum up to at least as much, by that sum."""
    reached: Values = np.cumsum(sums(np.array(ranks))[::-1])[::-1]
    return reached


def sums(ranks: NDArray[np.int64]) -> Values:
    """The distribution of the sum of ranks that get a plus, each with chance one half."""
    distribution: Values = np.zeros(int(ranks.sum()) + 1)
    distribution[0] = 1.0
    for rank in ranks:
        shifted = np.zeros_like(distribution)
        shifted[rank:] = distribution[: len(distribution) - rank]
        distribution = (distribution + shifted) / 2
    return distribution
