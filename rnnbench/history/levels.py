"""Where a noisy series steps from one level to another.

Outliers are limited (Hampel 1974). The levels are the optimal piecewise constant fit, by least
squares with a penalty for each step (Potts; Killick et al. 2012, as in the package ruptures), in
units of the noise between neighbours. Of its steps those are kept that are large enough and
significant, the least significant being given up first, as in Hunter (Fleming et al. 2023).
"""

from pkgutil import resolve_name
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

Values = NDArray[np.float64]
FIT = "ruptures:KernelCPD"
"""Imported only where levels are fitted: it loads all of scipy.stats, which takes a second."""
PENALTY = 4.0
"""For each step, in units of the variance of the noise and of the logarithm of the number of
values; 2 is that of Schwarz's criterion, and 4 allows for noise with heavier tails."""
LEVEL = 1e-3
"""The largest p-value of a step, as in Hunter."""
INTERVAL = 0.95
OUTLYING = 3.0
"""How far, in units of the noise, a value may be from the median of five around it."""
WINDOW = 5
FEWEST_DIFFERENCES = 3
"""From which noise is estimated: of fewer, a step may be half or more."""
NORMAL = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""
VARIANCE_WITHIN = 0.9733
"""The variance of a normal distribution that is cut off at three standard deviations, in its
own."""


class Sensitivity(NamedTuple):
    """Which steps are looked for.

    shortest: how many values a level has at least.
    smallest: the size of the smallest step.
    least:    the smallest noise that is believed, as a standard deviation.
    """

    shortest: int
    smallest: float
    least: float

    @property
    def fewest(self) -> int:
        """How many values a series has at least: two levels, and enough for its noise."""
        return max(2 * self.shortest, FEWEST_DIFFERENCES + 1)


class Rise(NamedTuple):
    """A step between two levels.

    start: the position of the first value of the new level.
    size:  the new level less the old one, with its 95 % interval.
    """

    start: int
    before: float
    now: float
    low: float
    high: float
    p_value: float
    counts: tuple[int, int]

    @property
    def size(self) -> float:
        """The new level less the old one."""
        return self.now - self.before


def noise(values: Values) -> float:
    """Return a robust standard deviation of values around their level.

    It is taken from the differences of neighbours, which few steps do not change, without those
    beyond three robust standard deviations.

    values: (commits,), three differences at least.
    """
    differences = np.diff(values)
    robust = NORMAL * float(np.median(np.abs(differences)))
    usual = differences[np.abs(differences) <= OUTLYING * robust]
    return float(np.sqrt(np.mean(usual**2) / VARIANCE_WITHIN / 2))


def rises(values: Values, sensitivity: Sensitivity) -> list[Rise]:
    """Return the steps of a series, in its order.

    values: (commits,), finite.
    """
    if len(values) < sensitivity.fewest:
        return []
    deviation = max(noise(values), sensitivity.least)
    if sensitivity.shortest > 1:
        values = without_outliers(values, OUTLYING * deviation)
    starts = _starts(values, deviation, sensitivity.shortest)
    while True:
        found = _tested(values, starts, sensitivity.least)
        doubtful = [
            rise for rise in found if rise.p_value > LEVEL or abs(rise.size) < sensitivity.smallest
        ]
        if not doubtful:
            return found
        given_up = max(doubtful, key=lambda rise: (rise.p_value, -abs(rise.size)))
        starts.remove(given_up.start)


def without_outliers(values: Values, limit: float) -> Values:
    """Return values no farther than a limit from the median of the five around them."""
    half = WINDOW // 2
    if len(values) < WINDOW:
        return values
    windows = np.lib.stride_tricks.sliding_window_view(values, WINDOW)
    medians = np.median(windows, axis=1)
    medians = np.pad(medians, half, mode="edge")
    limited: Values = np.clip(values, medians - limit, medians + limit)
    return limited


def _starts(values: Values, deviation: float, shortest: int) -> list[int]:
    """Return where the levels of the optimal fit start, but for the first one."""
    penalty = PENALTY * deviation**2 * np.log(len(values))
    fit = resolve_name(FIT)(kernel="linear", min_size=shortest).fit(values.reshape(-1, 1))
    ends: list[int] = fit.predict(pen=penalty)
    return ends[:-1]


def _tested(values: Values, starts: list[int], least: float) -> list[Rise]:
    """Return the steps at these places, each by Student's test of the two levels beside it, with
    the variance around all levels. Noise below the least that is believed is not estimated: it is
    taken to be that least, and known, so that the test is the normal one."""
    pieces = np.split(values, starts)
    degrees = max(len(values) - len(pieces), 1)
    squares = sum(float(((piece - piece.mean()) ** 2).sum()) for piece in pieces)
    deviation = max(least, np.sqrt(squares / degrees))
    standardised = scipy.stats.t(degrees) if deviation > least else scipy.stats.norm()
    quantile = float(standardised.ppf((1 + INTERVAL) / 2))
    found = []
    for start, old, new in zip(starts, pieces, pieces[1:], strict=False):
        size = float(new.mean() - old.mean())
        error = deviation * np.sqrt(1 / len(old) + 1 / len(new))
        found.append(
            Rise(
                start=start,
                before=float(old.mean()),
                now=float(new.mean()),
                low=size - quantile * error,
                high=size + quantile * error,
                p_value=float(2 * standardised.sf(abs(size) / error)),
                counts=(len(old), len(new)),
            )
        )
    return found
