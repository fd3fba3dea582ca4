"""The typical value of paired seeds with its interval: the median of all means of two (Hodges &
Lehmann 1963).

The unit is a seed: the difference of two cells on the same data, or the logarithm of their ratio.
The interval is that of the signed-rank test, by its exact distribution.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import EXACT, Values, sums


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


def _pair_means(values: Values) -> Values:
    rows, columns = np.triu_indices(len(values))
    means: Values = (values[rows] + values[columns]) / 2
    return means


def _cut(n: int, level: float) -> int | None:
    """How many of the sorted means of pairs lie outside of the interval on each side; None where
    none can be given."""
    if n > EXACT:
        middle, spread = n * (n + 1) / 4, np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(0, int(middle + stats.norm.ppf(level / 2) * spread))
    below = np.cumsum(sums(2 * np.arange(1, n + 1)))[::2]  # whole ranks alone
    fits = int(np.searchsorted(below, level / 2, side="right"))
    return fits - 1 if fits else None
