"""Decides by paired replicates whether a cell became slower, with a second batch to confirm it."""

from collections.abc import Sequence
from math import exp, log1p, sqrt
from statistics import mean, stdev
from typing import Literal, NamedTuple

import scipy

from rnnbench import text
from rnnbench.findings import INTERVAL_REPLICATES

LEVEL = 0.05
CONFIRMING_REPLICATES = 4
"""The fewest of a second batch. It only has to confirm what the first one says, and its interval is
wide: 3.2 standard errors to each side."""
MOST_REPLICATES = 30
"""A batch that has not decided by then is given up as undecided."""
PairedVerdict = Literal["worse", "better", "same", "undecided"]


class Interval(NamedTuple):
    """HEAD over BASE with Student's 95 % interval over replicates; `half` is of its logarithm."""

    ratio: float
    low: float
    high: float
    half: float

    def __str__(self) -> str:
        return text.with_ends(*(text.change(part) for part in self[:3]))


class PairedRuling(NamedTuple):
    """What the replicates of a cell say so far.

    verdict:       "undecided" while it is open, and where it is given up.
    is_open:       whether more replicates may decide it.
    interval:      of the first batch; None with fewer replicates than an interval takes.
    reason:        how it came about, in words.
    is_confirming: whether the replicates that it is open for are those of a second batch.
    """

    verdict: PairedVerdict
    is_open: bool
    interval: Interval | None
    reason: str
    is_confirming: bool = False


class _Batch(NamedTuple):
    """The replicates up to the one that decided, or all that there are."""

    verdict: PairedVerdict
    used: int
    interval: Interval | None


def interval(log_ratios: Sequence[float], fewest: int = INTERVAL_REPLICATES) -> Interval | None:
    """Return Student's interval of the mean of these logarithms of HEAD over BASE, as ratios; None
    with fewer replicates than it takes."""
    number = len(log_ratios)
    if number < fewest:
        return None
    centre = mean(log_ratios)
    quantile = float(scipy.special.stdtrit(number - 1, 1 - LEVEL / 2))
    half = quantile * stdev(log_ratios) / sqrt(number)
    return Interval(exp(centre), exp(centre - half), exp(centre + half), half)


def judge_paired(log_ratios: Sequence[float], tolerance: float, precision: float) -> PairedRuling:
    """Return what these replicates say, in the order in which they were taken.

    log_ratios: the logarithm of HEAD over BASE of each replicate.
    tolerance:  the share by which a cell may become slower.
    precision:  half the width that an interval is wanted to have, as a share.

    HEAD is worse where the whole interval lies beyond the tolerance, and where that of a second
    batch, of the replicates after those that decided, lies there too. It is the same where its
    interval is narrow enough and its ratio is within the tolerance, or within the precision where
    that is less. Any other interval asks for
    another replicate, up to `MOST_REPLICATES` of a batch.
    """
    first = _decided(log_ratios, tolerance, precision)
    taken = f"{text.counted(first.used, 'replicate')} of turns"
    if first.verdict == "undecided":
        given_up = first.used >= MOST_REPLICATES
        more = "" if given_up else "; open when the time was up"
        return PairedRuling("undecided", not given_up, first.interval, taken + more)
    if first.verdict == "same":
        return PairedRuling("same", False, first.interval, taken)
    rest = log_ratios[first.used :]
    second = _decided(rest, tolerance, precision, CONFIRMING_REPLICATES)
    again = f"a second batch of {second.used}: {second.interval}"
    if second.verdict == first.verdict:
        return PairedRuling(first.verdict, False, first.interval, f"{taken}, and {again}")
    if second.verdict == "same":
        reason = f"{first.interval} in {taken}, which a second batch did not confirm"
        return PairedRuling("same", False, second.interval, reason)
    is_open = second.verdict == "undecided" and second.used < MOST_REPLICATES
    reason = f"{taken}, and no second batch yet"
    if second.interval is not None:
        reason = f"{taken}, but {again}"
    return PairedRuling("undecided", is_open, first.interval, reason, is_confirming=is_open)


def _decided(
    log_ratios: Sequence[float],
    tolerance: float,
    precision: float,
    fewest: int = INTERVAL_REPLICATES,
) -> _Batch:
    """Return the verdict of the first replicates that give one."""
    most = min(len(log_ratios), MOST_REPLICATES)
    found = None
    for number in range(fewest, most + 1):
        found = interval(log_ratios[:number], fewest)
        assert found
        verdict = _verdict(found, tolerance, precision)
        if verdict != "undecided":
            return _Batch(verdict, number, found)
    return _Batch("undecided", most, found)


def _verdict(found: Interval, tolerance: float, precision: float) -> PairedVerdict:
    if found.low > 1 + tolerance:
        return "worse"
    if found.high < 1 - tolerance:
        return "better"
    margin = max(tolerance, precision)  # without a tolerance, equal is what precision can tell
    within = 1 - margin <= found.ratio <= 1 + margin
    return "same" if within and found.half <= log1p(precision) else "undecided"
