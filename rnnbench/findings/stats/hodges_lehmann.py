"""The typical value of paired seeds: the median of the means of all pairs (Hodges & Lehmann 1963).

The unit is a seed: the difference of two cells on the same data, or the logarithm of their ratio.
The interval is that of the signed-rank test, by its exact distribution.
"""

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import EXACT, Values, sums


def typical(values: Sequence[float]) -> float:
    """Return the median of the means of all pairs of values, each with itself too."""
    return _middle(_sorted_means(tuple(values)))


def effect(values: Sequence[float], level: float = LEVEL) -> Range:
    """Return the typical value with its interval; with too few values, smallest and largest."""
    means = _sorted_means(tuple(values))
    cut = _cut(len(values), level)
    if cut is None:
        return Range(_middle(means), float(min(values)), float(max(values)), len(values))
    return Range(
        centre=_middle(means),
        low=float(means[cut]),
        high=float(means[-1 - cut]),
        n=len(values),
        kind="95 % interval",
    )


@lru_cache(maxsize=256)
def _sorted_means(values: tuple[float, ...]) -> Values:
    """Return the means of all pairs of values, each with itself too, in ascending order."""
    array = np.array(values, dtype=float)
    rows, columns = _pair_places(len(values))
    means: Values = (array[rows] + array[columns]) / 2
    means.sort()
    return means


@cache
def _pair_places(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(n)


def _middle(in_order: Values) -> float:
    """Return the median of numbers in ascending order."""
    half = len(in_order) // 2
    if len(in_order) % 2:
        return float(in_order[half]) + 0.0  # never -0.0
    return float((in_order[half - 1] + in_order[half]) / 2) + 0.0


@lru_cache(maxsize=1024)
def _cut(n: int, level: float) -> int | None:
    """Return how many of the sorted means of pairs are outside the interval on each side.

    None where so few values have no interval at this level.
    """
    if n > EXACT:
        mean = n * (n + 1) / 4
        deviation = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(0, int(mean + scipy.special.ndtri(level / 2) * deviation))
    below = np.cumsum(sums(2 * np.arange(1, n + 1)))[::2]  # ranks are doubled there
    fits = int(np.searchsorted(below, level / 2, side="right"))
    return fits - 1 if fits else None
