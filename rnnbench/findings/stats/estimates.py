"""Estimates from a handful of seeds, each by a method that holds at that number."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from rnnbench.findings.stats.exact import clopper_pearson
from rnnbench.findings.stats.ranges import Range

VERDICT_SEEDS = 7
"""The fewest seeds that can carry a verdict."""
INTERVAL_REPLICATES = 8
"""The fewest replicates that carry an interval."""
FEWEST_SESSIONS = 3
"""The fewest sessions with an interval over sessions."""
LEVEL = 0.05
"""The error of a verdict, and of an interval."""
Values = NDArray[np.float64]


class Family(NamedTuple):
    """Ratios that are read together, whose intervals hold at once in 95 % of runs.

    Each interval is Student's at the level divided by the number of ratios (Bonferroni).

    size: the number of ratios.
    of:   what the ratios belong to.
    """

    size: int
    of: Literal["", "rows", "pairs"]

    @property
    def kind(self) -> Literal["95 % interval", "95 % over all rows", "95 % over all pairs"]:
        """The kind of its intervals, as in `Range`."""
        if self.size == 1:
            return "95 % interval"
        return "95 % over all rows" if self.of == "rows" else "95 % over all pairs"


ALONE = Family(1, "")


def spread(values: Sequence[float]) -> Range:
    """Return the median with smallest and largest value, which is all that few values carry."""
    in_order = sorted(map(float, values))
    half = len(in_order) // 2
    middle = in_order[half] if len(in_order) % 2 else (in_order[half - 1] + in_order[half]) / 2
    # As numpy's, the median is never -0.0.
    return Range(middle + 0.0, float(min(values)), float(max(values)), len(values))


def mean_spread(values: Sequence[float]) -> Range:
    """Return the mean with smallest and largest value."""
    return Range(float(np.mean(values)), float(min(values)), float(max(values)), len(values))


@cache
def solve_rate(solved: int, n: int) -> Range:
    """Return the share of seeds that reached the target.

    Its Clopper-Pearson interval holds at least 95 % at any n.
    """
    low, high = clopper_pearson(solved, n, LEVEL)
    return Range(solved / n, float(low), float(high), n, "95 % interval")


def restricted_epochs(epochs_to_target: Sequence[int | None], budget: int) -> Range:
    """Return the restricted mean of epochs to target up to the budget, with the range over seeds.

    All censoring is at the same budget; therefore the area under the Kaplan-Meier curve up to the
    budget equals the mean of min(epochs, budget).
    """
    return mean_spread([budget if epochs is None else epochs for epochs in epochs_to_target])


def ratio(log_ratios: Sequence[float], family: Family = ALONE) -> Range:
    """Return a ratio from the log-ratios of replicates.

    It has Student's interval from 8 replicates on, and a range below.
    """
    return ratio_over_sessions([log_ratios], family)


def ratio_over_sessions(log_ratios: Sequence[Sequence[float]], family: Family = ALONE) -> Range:
    """Return a ratio from the log-ratios of each session, combined as in `over_sessions`."""
    by_session = [_log_ratio(np.asarray(logs), family) for logs in log_ratios]
    combined = over_sessions(by_session, family)
    centre, low, high = np.exp([combined.centre, combined.low, combined.high]).tolist()
    return Range(centre, low, high, combined.n, combined.kind)


def over_sessions(each: Sequence[Range], family: Family = ALONE) -> Range:
    """Return a figure of several sessions, with an interval that holds in each of them.

    The interval reaches from the lowest end to the highest: more replicates in one session do not
    reduce how much a figure changes between sessions. From three sessions on it also contains
    Student's interval over the sessions, which covers another session. All sessions have equal
    weight; the figure of a single session is returned unchanged.
    """
    if len(each) == 1:
        return each[0]
    centres = np.array([found.centre for found in each])
    low = min(found.low for found in each)
    high = max(found.high for found in each)
    if len(each) >= FEWEST_SESSIONS:
        half = student(centres, family)
        low = min(low, float(centres.mean() - half))
        high = max(high, float(centres.mean() + half))
    return Range(float(centres.mean()), low, high, len(each), "over sessions")


def half_width(log_ratios: Sequence[float]) -> float:
    """Return half the width of Student's interval of a ratio, as a part of the ratio."""
    return float(np.expm1(student(np.asarray(log_ratios))))


def mean_interval(values: Sequence[float]) -> Range:
    """Return the mean over replicates, with Student's interval from 8 on, and a range below."""
    if len(values) < INTERVAL_REPLICATES:
        return mean_spread(values)
    mean = float(np.mean(values))
    half = student(np.asarray(values))
    return Range(mean, mean - half, mean + half, len(values), "95 % interval")


def student(values: Values, family: Family = ALONE) -> float:
    """Return half the width of Student's interval of a mean."""
    standard_error = float(np.std(values, ddof=1) / np.sqrt(len(values)))
    return _quantile(family.size, len(values) - 1) * standard_error


def p_mean_above(values: Sequence[float], bound: float) -> float:
    """Return the one-sided p-value by Student's t that the mean lies above a bound."""
    statistic = (np.mean(values) - bound) / _standard_error(tuple(values))
    return float(scipy.special.stdtr(len(values) - 1, -statistic))


@lru_cache(maxsize=64)
def _standard_error(values: tuple[float, ...]) -> float:
    """Return the standard error of a mean; searches ask for that of the same values again."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def _log_ratio(logs: Values, family: Family) -> Range:
    """Return the log-ratio of one session."""
    if len(logs) < INTERVAL_REPLICATES:
        return Range(float(np.median(logs)), float(logs.min()), float(logs.max()), len(logs))
    mean = float(logs.mean())
    half = student(logs, family)
    return Range(mean, mean - half, mean + half, len(logs), family.kind)


@cache
def _quantile(ratios: int, degrees: int) -> float:
    """Return Student's two-sided quantile at the level divided by the number of ratios."""
    return float(scipy.special.stdtrit(degrees, 1 - LEVEL / ratios / 2))
