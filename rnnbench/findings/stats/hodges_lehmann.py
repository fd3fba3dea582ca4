"""The typical value of paired seeds: the median of the means of all pairs (Hodges & Lehmann 1963).

The unit is a seed: the difference of two cells on the same data, or the logarithm of their ratio.
The interval is that of the signed-rank test, by its exact distribution.
"""

from collections.abc import Sequence

import numpy as np
import scipy

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import EXACT, Values, sums


def typical(values: Sequence[float]) -> float:
    """Return the median of the means of all pairs of values, each with itself too."""
    return float(np.median(_pair_means(np.asarray(values, dtype=float))))


def effect(values: Sequence[float], level: float = LEVEL) -> Range:
    """Return the typical value with its interval; with too few values, smallest and largest."""
    array = np.asarray(values, dtype=float)
    means = np.sort(_pair_means(array))
    cut = _cut(len(array), level)
    if cut is None:
        return Range(typical(array.tolist()), float(array.min()), float(array.max()), len(array))
    return Range(
        centre=float(np.median(means)),
        low=float(means[cut]),
        high=float(means[-1 - cut]),
        n=len(array),
        kind="95 % interval",
    )


def _pair_means(values: Values) -> Values:
    rows, columns = np.triu_indices(len(values))
    means: Values = (values[rows] + values[columns]) / 2
    return means


def _cut(n: int, level: float) -> int | None:
    """Return how many of the sorted means of pairs are outside the interval on each side.

    None where so few values have no interval at this level.
    """
    if n > EXACT:
        mean = n * (n + 1) / 4
        deviation = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(0, int(mean + scipy.stats.norm.ppf(level / 2) * deviation))
    below = np.cumsum(sums(2 * np.arange(1, n + 1)))[::2]  # ranks are doubled there
    fits = int(np.searchsorted(below, level / 2, side="right"))
    return fits - 1 if fits else None
