"""Estimates from a handful of seeds, each by a method that holds at that number."""

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rnnbench.findings.stats.ranges import Range

VERDICT_SEEDS = 7
INTERVAL_REPLICATES = 8
FEWEST_DAYS = 3
LEVEL = 0.05
Values = NDArray[np.float64]


class Family(NamedTuple):
    """How many ratios are read together, and what their intervals are called. Each interval is
    Student's at the level divided by their number (Bonferroni), so that all of them hold at once in
    95 % of runs."""

    size: int
    of: Literal["", "rows", "pairs"]

    @property
    def kind(self) -> Literal["95 % interval", "95 % over all rows", "95 % over all pairs"]:
        """What its intervals are called; one alone is just an interval."""
        if self.size == 1:
            return "95 % interval"
        return "95 % over all rows" if self.of == "rows" else "95 % over all pairs"


ALONE = Family(1, "")


def spread(values: Sequence[float]) -> Range:
    """Median with smallest and largest: a labelled range, which is all that a few values carry."""
    return Range(float(np.median(values)), float(min(values)), float(max(values)), len(values))


def mean_spread(values: Sequence[float]) -> Range:
    """Mean with smallest and largest."""
    return Range(float(np.mean(values)), float(min(values)), float(max(values)), len(values))


@cache
def solve_rate(solved: int, n: int) -> Range:
    """Share of seeds that reached the target, with the Clopper-Pearson interval (at least 95 % at
    any n)."""
    interval = stats.binomtest(solved, n).proportion_ci(confidence_level=1 - LEVEL, method="exact")
    return Range(solved / n, float(interval.low), float(interval.high), n, "95 % interval")


def restricted_epochs(epochs_to_target: Sequence[int | None], budget: int) -> Range:
    """Restricted mean of epochs to target up to the budget, with the range over seeds.

    Every censoring is at the budget, which is the same for all; there the area under the
    Kaplan-Meier curve up to the budget equals the mean of min(epochs, budget).
    """
    return mean_spread([budget if epochs is None else epochs for epochs in epochs_to_target])


def ratio(log_ratios: Sequence[float], family: Family = ALONE) -> Range:
    """Ratio over replicates from their log-ratios: a Student interval from 8 replicates on, a range
    below."""
    return ratio_over_days([log_ratios], family)


def ratio_over_days(log_ratios: Sequence[Sequence[float]], family: Family = ALONE) -> Range:
    """Ratio from the log-ratios of each day, combined as `over_days` does."""
    found = over_days([_log_ratio(np.asarray(logs), family) for logs in log_ratios], family)
    centre, low, high = np.exp([found.centre, found.low, found.high]).tolist()
    return Range(centre, low, high, found.n, found.kind)


def _log_ratio(logs: Values, family: Family) -> Range:
    if len(logs) < INTERVAL_REPLICATES:
        return Range(float(np.median(logs)), float(logs.min()), float(logs.max()), len(logs))
    mean, half = float(logs.mean()), student(logs, family)
    return Range(mean, mean - half, mean + half, len(logs), family.kind)


def over_days(each: Sequence[Range], family: Family = ALONE) -> Range:
    """A figure that is known of several days, each as good as the others: from the lowest end to
    the highest, for what moves from one day to the next is not made smaller by more replicates on
    one of them. From three on it holds Student's interval over the days too, which is what another
    day may show. That of one day is as it is.
    """
    if len(each) == 1:
        return each[0]
    centres = np.array([found.centre for found in each])
    low, high = min(found.low for found in each), max(found.high for found in each)
    if len(each) >= FEWEST_DAYS:
        half = student(centres, family)
        low, high = min(low, float(centres.mean() - half)), max(high, float(centres.mean() + half))
    return Range(float(centres.mean()), low, high, len(each), "over sessions")


def half_width(log_ratios: Sequence[float]) -> float:
    """Half the width of Student's interval of a ratio, as a part of it."""
    return float(np.expm1(student(np.asarray(log_ratios))))


def mean_interval(values: Sequence[float]) -> Range:
    """Mean over replicates: a Student interval from 8 replicates on, a range below."""
    if len(values) < INTERVAL_REPLICATES:
        return mean_spread(values)
    mean, half = float(np.mean(values)), student(np.asarray(values))
    return Range(mean, mean - half, mean + half, len(values), "95 % interval")


def student(values: Values, family: Family = ALONE) -> float:
    """Half the width of Student's interval of a mean."""
    return _quantile(family.size, len(values) - 1) * float(
        np.std(values, ddof=1) / np.sqrt(len(values))
    )


@cache
def _quantile(ratios: int, degrees: int) -> float:
    """Student's, two-sided, at the level divided by the number of ratios."""
    return float(stats.t.ppf(1 - LEVEL / ratios / 2, degrees))


def seeds_needed(pairs: int, level: float = LEVEL) -> int:
    """Fewest seeds at which the exact signed-rank test can reach the level, by Holm over this many
    pairs."""
    return max(VERDICT_SEEDS, int(np.ceil(np.log2(2 * max(pairs, 1) / level))))
