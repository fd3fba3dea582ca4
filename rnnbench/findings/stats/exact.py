"""Exact tests and intervals of shares, and Welch's test of means, from scipy's special functions.

They are what `scipy.stats` computes. Importing that takes most of a second, which a report of a
thousand results notices.
"""

from typing import Literal, NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def clopper_pearson(counts: ArrayLike, runs: int, level: float) -> tuple[Array, Array]:
    """Return both ends of the intervals at 1 - level of Clopper & Pearson 1934.

    counts: successes among so many runs; need not be whole.
    """
    successes = np.asarray(counts, dtype=float)
    with np.errstate(invalid="ignore"):  # an end at 0 or 1 has no quantile
        low = scipy.special.betaincinv(successes, runs - successes + 1, level / 2)
        high = scipy.special.betaincinv(successes + 1, runs - successes, 1 - level / 2)
    return np.where(successes > 0, low, 0.0), np.where(successes < runs, high, 1.0)


def p_share(count: int, runs: int, bound: float, alternative: Literal["greater", "less"]) -> float:
    """Return the one-sided p-value of the binomial test that a share lies beyond a bound."""
    if alternative == "less":
        return float(scipy.special.bdtr(count, runs, bound))
    return float(scipy.special.bdtrc(count - 1, runs, bound)) if count else 1.0


class Difference(NamedTuple):
    """A difference of two means: its standard error, and degrees of freedom by Welch 1947."""

    mean: float
    error: float
    degrees: float

    def p_above(self) -> float:
        """Return the one-sided p-value that the difference lies above 0."""
        return float(scipy.special.stdtr(self.degrees, -self.mean / self.error))

    def interval(self, level: float) -> tuple[float, float]:
        """Return both ends of the interval at 1 - level."""
        half = float(scipy.special.stdtrit(self.degrees, 1 - level / 2)) * self.error
        return self.mean - half, self.mean + half


def welch(ours: Array, theirs: Array) -> Difference:
    """Return the difference of two means, whose variances may be unequal and are not both 0."""
    first = float(np.var(ours, ddof=1)) / len(ours)
    second = float(np.var(theirs, ddof=1)) / len(theirs)
    total = first + second
    degrees = total**2 / (first**2 / (len(ours) - 1) + second**2 / (len(theirs) - 1))
    return Difference(float(np.mean(ours) - np.mean(theirs)), float(np.sqrt(total)), degrees)
