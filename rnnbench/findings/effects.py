"""What paired seeds say of an effect: a typical value with its interval, and how far it is from a boundary.

The unit is a seed: the difference of two cells on the same data, or the logarithm of their ratio. The typical value is
the median of all means of two (Hodges & Lehmann 1963); intervals and p-values are those of the signed-rank test
(Wilcoxon 1945), by its exact distribution with whatever ties there are. It asks for no distribution, only that what
differs is as often above the typical value as below it by as much, which holds where two cells are alike.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rnnbench.findings.estimates import LEVEL
from rnnbench.findings.ranges import Range
from rnnbench.records import Region

ANYTHING = 1e6
"""A logarithm of a ratio that nothing reaches: where a value may lie anywhere."""
EXACT = 60
"""Up to so many differences the distribution is exact; above, the normal one is as good."""
POWER = 0.8
EFFICIENCY = 3 / np.pi
"""Of the signed-rank test beside Student's, on normal data."""
MOST_SAID = 1000
WORTHWHILE = 0.2
"""More seeds are advised where what was seen is at most so likely if nothing is there; else they would seek luck."""
Values = NDArray[np.float64]


def typical(values: Sequence[float]) -> float:
    """The median of the means of all pairs of values, each with itself too."""
    return float(np.median(_pair_means(np.asarray(values, dtype=float))))


def effect(values: Sequence[float], level: float = LEVEL) -> Range:
    """The typical value with its interval; where so few values carry none, smallest and largest."""
    array = np.asarray(values, dtype=float)
    means = np.sort(_pair_means(array))
    cut = _cut(len(array), level)
    if cut is None:
        return Range(typical(array.tolist()), float(array.min()), float(array.max()), len(array))
    low, high = float(means[cut]), float(means[-1 - cut])
    return Range(float(np.median(means)), low, high, len(array), "95 % interval")


def p_above(values: Sequence[float], boundary: float, *, differ: bool = False) -> float:
    """One-sided p-value that values lie above a boundary: how often signs drawn at random would put the ranks so high.

    Values at the boundary count against it (with the lowest ranks, after Pratt 1959): where most lie there, so does the
    typical one. To see whether two cells `differ` at all, they are left out.
    """
    away = np.asarray(values, dtype=float) - boundary
    away[np.abs(away) <= 1e-12] = 0.0
    away = away[away != 0] if differ else away
    return float(tails(away, np.ones((1, len(away)), dtype=np.int8))[0])


def tails(away: Values, signs: NDArray[np.int8]) -> Values:
    """One-sided p-values of these distances from a boundary, with their signs turned in each of these ways.

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


def evidence(values: Sequence[float], region: Region, highest: Sequence[float] = ()) -> tuple[float, float]:
    """Two-sided p-values that the typical value lies in a region, and that it lies outside of it.

    highest: where values are known from below alone (a cell that did not get there within the budget), the values that
             they may have at most; each test then looks at the ends that speak against it.
    """
    lows, highs = values, highest or values
    return two_sided(region, lambda bound: p_above(lows, bound), lambda bound: p_below(highs, bound))


def two_sided(region: Region, above: Callable[[float], float], below: Callable[[float], float]) -> tuple[float, float]:
    """Two-sided p-values that an effect lies in a region, and that it lies outside of it, from the one-sided ones that
    it lies above a bound, and below."""
    low, high = region.low, region.high
    inside = 2 * max(0.0 if low is None else above(low), 0.0 if high is None else below(high))
    beyond = 2 * min(1.0 if low is None else below(low), 1.0 if high is None else above(high))
    pair = min(1.0, inside), min(1.0, beyond)
    return (pair[1], pair[0]) if region.outside else pair


def more_seeds(values: Sequence[float], gaps: Sequence[float], level: float = LEVEL) -> int | None:
    """How many more values like these would decide in four of five cases, where one of these gaps has to be told from
    nothing; None where no end is in sight."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    if not spread:  # values that are all alike say nothing of how they vary
        return None
    wide = max((gap for gap in gaps if gap > 0), default=0.0)
    if not wide:
        return None
    quantiles = stats.norm.isf(level / 2) + stats.norm.ppf(POWER)
    total = int(np.ceil((quantiles * spread / wide) ** 2 / EFFICIENCY))
    more = max(total - len(values), 1)
    return more if more <= MOST_SAID else None


def more_of_a_share(solved: Sequence[float], bounds: Sequence[float], level: float = LEVEL) -> int | None:
    """Likewise of a share of seeds, where the nearest of these bounds has to be told from it."""
    share = float(np.mean(solved))
    bound = min(bounds, key=lambda bound: abs(share - bound))
    if share == bound:
        return None
    spreads = np.sqrt(bound * (1 - bound)), np.sqrt(share * (1 - share))
    wide = stats.norm.isf(level / 2) * spreads[0] + stats.norm.ppf(POWER) * spreads[1]
    more = max(int(np.ceil((wide / (share - bound)) ** 2)) - len(solved), 1)
    return more if more <= MOST_SAID else None


def between(ours: float, theirs: float, budgets: tuple[float, float]) -> tuple[float, float]:
    """From where to where the log-ratio of two epochs to target may lie, a budget standing for "not reached"."""
    value = float(np.log(ours / theirs))
    return (-ANYTHING if theirs >= budgets[1] else value), (ANYTHING if ours >= budgets[0] else value)


def _pair_means(values: Values) -> Values:
    rows, columns = np.triu_indices(len(values))
    means: Values = (values[rows] + values[columns]) / 2
    return means


def _cut(n: int, level: float) -> int | None:
    """How many of the sorted means of pairs lie outside of the interval on each side; None where none can be given."""
    if n > EXACT:
        middle, spread = n * (n + 1) / 4, np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(0, int(middle + stats.norm.ppf(level / 2) * spread))
    below = np.cumsum(_sums(2 * np.arange(1, n + 1)))[::2]  # whole ranks alone
    fits = int(np.searchsorted(below, level / 2, side="right"))
    return fits - 1 if fits else None


@lru_cache(maxsize=1024)
def _at_least(ranks: tuple[int, ...]) -> Values:
    """How likely the ranks that get a plus sum up to at least as much, by that sum."""
    reached: Values = np.cumsum(_sums(np.array(ranks))[::-1])[::-1]
    return reached


def _sums(ranks: NDArray[np.int64]) -> Values:
    """The distribution of the sum of ranks that get a plus, each with chance one half."""
    distribution: Values = np.zeros(int(ranks.sum()) + 1)
    distribution[0] = 1.0
    for rank in ranks:
        shifted = np.zeros_like(distribution)
        shifted[rank:] = distribution[: len(distribution) - rank]
        distribution = (distribution + shifted) / 2
    return distribution
