"""Elementary comparisons of two sets of repetitions: separate, or apart by an interval."""

from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import mean, median, stdev
from typing import NamedTuple

import scipy

from rnnbench.compare.records import Verdict


class Judged(NamedTuple):
    """A verdict with its reason, and HEAD over BASE with an interval, where that is known."""

    verdict: Verdict
    reason: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


def separate(before: Sequence[float], after: Sequence[float], tolerated: float) -> Judged:
    """Return the verdict on medians, which differ only where the repetitions of both sides do not
    overlap."""
    ratio = median(after) / median(before)
    low = min(after) / max(before)
    high = max(after) / min(before)
    reason = f"{tolerated:.2%} are tolerated"
    verdict: Verdict = "same"
    if ratio > 1 + tolerated:
        verdict = "worse" if low > 1 else "undecided"
    elif ratio < 1 - tolerated:
        verdict = "better" if high < 1 else "undecided"
    return Judged(verdict, reason, ratio, low, high)


def beyond(
    before: Sequence[float], after: Sequence[float], tolerance: float, level: float
) -> Judged:
    """Return the verdict by Welch's interval of the ratio: whether all of it is beyond the
    tolerance."""
    base = [log(value) for value in before]
    head = [log(value) for value in after]
    difference = mean(head) - mean(base)
    half = _welch_half(base, head, level)
    low = exp(difference - half)
    high = exp(difference + half)
    verdict: Verdict = "undecided"
    if low > 1 + tolerance:
        verdict = "worse"
    elif high < 1 - tolerance:
        verdict = "better"
    elif 1 - tolerance <= low and high <= 1 + tolerance:
        verdict = "same"
    return Judged(verdict, "", exp(difference), low, high)


def _welch_half(base: Sequence[float], head: Sequence[float], level: float) -> float:
    """Return half the width of Welch's interval of a difference of means."""
    parts = [stdev(values) ** 2 / len(values) for values in (base, head)]
    if not sum(parts):
        return 0.0
    sizes = (len(base), len(head))
    degrees = sum(parts) ** 2 / sum(
        part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True)
    )
    return float(scipy.special.stdtrit(degrees, 1 - level / 2)) * sqrt(sum(parts))


def half_range(values: Sequence[float]) -> float:
    """Return half the range as a share of the median."""
    return (max(values) - min(values)) / 2 / median(values)
