"""Decides by published rules whether a target is differenced, and its logarithm taken."""

from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.table import Array
from rnnbench.text import rounded

CRITICAL = 0.463
"""The value that the statistic of a level-stationary series is below at 95 % (Kwiatkowski et al.
1992, table 1)."""
BLOCK = 12
LEAST_BLOCKS = 4
LEAST_RATIO = 2.0
"""The ratio of the largest to the smallest mean of a block from which a logarithm matters."""
LEAST_ROWS = 20
MOST_SERIES = 50
BEGIN_SHARE = 0.7
OUTSIDE_SHARE = 0.25


@dataclass(frozen=True)
class Trend:
    """What is done with a target, and why."""

    logarithm: bool
    differenced: bool
    reason: str


def find_trend(series: list[Array], *, positive: bool = True) -> Trend:
    """Decide on the training rows of series, (T,) each, by the majority of at most 50 of them.

    positive: whether no value of another part is 0 or less, which has no logarithm.
    """
    long = [one[np.isfinite(one)] for one in series]
    long = [one for one in long if len(one) >= LEAST_ROWS and np.ptp(one) > 0]
    long = sorted(long, key=len)[-MOST_SERIES:]
    if not long:
        return Trend(False, False, f"no series has {LEAST_ROWS} training rows that differ")
    logarithm = positive and 2 * sum(map(_grows_with_level, long)) > len(long)
    if logarithm:
        long = [np.log(one) for one in long]
    statistics = sorted(map(kpss, long))
    middle = statistics[len(statistics) // 2]
    differenced = middle > CRITICAL
    above = "above" if differenced else "at most"
    level = "its level drifts" if differenced else "its level stays"
    median = " (median of the series)" if len(long) > 1 else ""
    of = "the logarithm of the target" if logarithm else "the target"
    reason = (
        f"KPSS statistic of {of} on training rows{median}: {rounded(middle)}, {above} {CRITICAL},"
        f" so {level}"
    )
    if logarithm:
        reason = (
            f"its deviation grows with its level on training rows, and it is positive; {reason}"
        )
    return Trend(logarithm, differenced, reason)


def leaves_range(series: list[Array]) -> bool:
    """Whether most series, (T,) each, end outside the range in which they begin.

    A series does where more than a quarter of its last 30 % of rows is beyond what the rows before
    have. A model would then read numbers that it was never trained on.
    """
    long = [one[np.isfinite(one)] for one in series]
    long = [one for one in long if len(one) >= LEAST_ROWS][-MOST_SERIES:]
    return 2 * sum(map(_ends_outside, long)) > len(long)


def _ends_outside(values: Array) -> bool:
    border = int(BEGIN_SHARE * len(values))
    begin = values[:border]
    end = values[border:]
    outside = (end < begin.min()) | (end > begin.max())
    return bool(outside.mean() > OUTSIDE_SHARE)


def kpss(values: Array) -> float:
    """The statistic of level stationarity of a series, (T,).

    source: Kwiatkowski, Phillips, Schmidt & Shin 1992, J. Econometrics 54, equations 11 and 13,
    with Bartlett weights. To difference where it rejects is the rule of Hyndman & Khandakar 2008,
    J. Stat. Software 27(3), section 3.1, and 3 sqrt(T) / 13 lags those of their R package forecast.
    """
    residuals = values - values.mean()
    rows = len(residuals)
    partial_sums = np.cumsum(residuals)
    lags = min(rows - 1, int(3 * rows**0.5 / 13))
    variance = residuals @ residuals / rows
    for lag in range(1, lags + 1):
        weight = 1 - lag / (lags + 1)
        variance += 2 * weight * (residuals[lag:] @ residuals[:-lag]) / rows
    if variance <= 0:
        return 0.0
    return float(partial_sums @ partial_sums / (rows**2 * variance))


def _grows_with_level(values: Array) -> bool:
    """Whether deviations within blocks grow with their means, so that logarithms even them out.

    The coefficient of variation of deviation / mean^(1 - lambda) over blocks is smaller for
    lambda = 0, the logarithm, than for lambda = 1, none.

    source: Guerrero 1993, J. Forecasting 12, 37-48.
    """
    blocks = len(values) // BLOCK
    if values.min() <= 0 or blocks < LEAST_BLOCKS:
        return False
    by_block = values[-blocks * BLOCK :].reshape(blocks, BLOCK)
    means = by_block.mean(axis=1)
    deviations = by_block.std(axis=1, ddof=1)
    if means.max() < LEAST_RATIO * means.min() or deviations.mean() == 0:
        return False
    return bool(_variation(deviations / means) < _variation(deviations))


def _variation(values: Array) -> float:
    return float(values.std(ddof=1) / values.mean())
