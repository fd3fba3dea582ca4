"""Verdicts on one figure of two runs, each with one value or with those of its replicates."""

from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import mean, median, stdev
from typing import NamedTuple

import scipy

from rnnbench import text
from rnnbench.compare.figures import Figure
from rnnbench.compare.records import Value, Verdict
from rnnbench.findings import INTERVAL_REPLICATES

FEWEST_REPETITIONS = 3
"""Of fewer repetitions, nobody knows how well they agree."""
CLOSEST = 0.002
"""Repetitions may agree to the last byte and yet not all with the next run: this is tolerated."""
SMALLEST_BYTES = 64 * 2**10
"""Peaks are read in pages, and small cells take a few; smaller differences count as none."""
SPREADS = 3.0
"""What is tolerated, in half ranges of the repetitions of one run."""
LEVEL = 0.05


class Judged(NamedTuple):
    """A verdict with its reason, and HEAD over BASE with an interval, where that is known."""

    verdict: Verdict
    reason: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


def judge(before: Sequence[Figure], after: Sequence[Figure], tolerance: float) -> Judged:
    """Return the verdict on the values of a figure by its kind; each side has one at least.

    tolerance: the share by which the figure may become larger; counts and last bits have none.
    """
    match before[0].kind:
        case "memory" if before[0].tolerated == "peak":
            return _peaks(_numbers(before), _numbers(after), tolerance)
        case "memory" | "instructions":
            return by_repetitions(_numbers(before), _numbers(after), tolerance)
        case "time":
            return by_interval(_numbers(before), _numbers(after), tolerance)
        case "deterministic":
            return _disagreement(before, after) or Judged(to_the_last_bit(before[0], after[0]))
        case _:
            return _disagreement(before, after) or Judged(exactly(before[0], after[0]))


def exactly(before: Figure, after: Figure) -> Verdict:
    """Compare two counts: any difference counts, by BASE's direction."""
    old = before.value
    new = after.value
    if old == new:
        return "same"
    if not before.direction or isinstance(old, str) or isinstance(new, str):
        return "changed"
    if old is None:
        return "better"
    if new is None:
        return "worse"
    return "better" if (new < old) == (before.direction == "lower") else "worse"


def to_the_last_bit(before: Figure, after: Figure) -> Verdict:
    """Compare two figures of training at one seed.

    A difference shows that something else was computed, not that it is worse: only a target that is
    no longer reached is.
    """
    if before.value == after.value:
        return "same"
    if before.value is None:
        return "better"
    return "worse" if after.value is None else "changed"


def by_repetitions(before: Sequence[float], after: Sequence[float], most: float) -> Judged:
    """Compare bytes, or instructions, whose repetitions nearly agree.

    HEAD is worse where its median is larger by more than is tolerated, and each of its repetitions
    larger than each of BASE; where only the median is, that is undecided. Three half ranges of the
    repetitions are tolerated, at most the share `most`, and that share where a side has fewer than
    three repetitions.
    """
    if min(*before, *after, 1.0) <= 0:
        return Judged("same" if set(before) == set(after) else "changed", "nothing to divide by")
    ratio = median(after) / median(before)
    low = min(after) / max(before)
    high = max(after) / min(before)
    tolerated = min(most, max(CLOSEST, SPREADS * max(_half_range(before), _half_range(after))))
    if min(len(before), len(after)) < FEWEST_REPETITIONS:
        tolerated = most
    reason = f"{tolerated:.2%} are tolerated"
    verdict: Verdict = "same"
    if ratio > 1 + tolerated:
        verdict = "worse" if low > 1 else "undecided"
    elif ratio < 1 - tolerated:
        verdict = "better" if high < 1 else "undecided"
    return Judged(verdict, reason, ratio, low, high)


def _peaks(before: Sequence[float], after: Sequence[float], most: float) -> Judged:
    """Compare peaks of memory: as bytes that repeat, but for small differences and few
    repetitions."""
    if abs(median(after) - median(before)) < SMALLEST_BYTES:
        return Judged("same", f"less than {SMALLEST_BYTES // 2**10} KiB apart")
    judged = by_repetitions(before, after, most)
    few = min(len(before), len(after)) < FEWEST_REPETITIONS
    if few and judged.verdict in ("worse", "better"):
        return judged._replace(verdict="undecided", reason="too few repetitions of a peak")
    return judged


def by_interval(before: Sequence[float], after: Sequence[float], tolerance: float) -> Judged:
    """Compare times by Welch's 95 % interval of the ratio, over the replicates of both runs.

    HEAD is worse where the whole interval lies beyond the tolerance, and the same where none of it
    does.
    """
    fewest = min(len(before), len(after))
    if fewest < INTERVAL_REPLICATES:
        few = text.counted(fewest, "replicate")
        return Judged("not comparable", f"{few}, and an interval takes {INTERVAL_REPLICATES}")
    base = [log(value) for value in before]
    head = [log(value) for value in after]
    difference = mean(head) - mean(base)
    half = _welch_half(base, head)
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


def _welch_half(base: Sequence[float], head: Sequence[float]) -> float:
    """Return half the width of Welch's interval of a difference of means."""
    parts = [stdev(values) ** 2 / len(values) for values in (base, head)]
    if not sum(parts):
        return 0.0
    sizes = (len(base), len(head))
    degrees = sum(parts) ** 2 / sum(
        part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True)
    )
    return float(scipy.stats.t.ppf(1 - LEVEL / 2, degrees)) * sqrt(sum(parts))


def _half_range(values: Sequence[float]) -> float:
    """Return half the range as a share of the median."""
    return (max(values) - min(values)) / 2 / median(values)


def _numbers(figures: Sequence[Figure]) -> list[float]:
    return [float(figure.value) for figure in figures if isinstance(figure.value, int | float)]


def _disagreement(before: Sequence[Figure], after: Sequence[Figure]) -> Judged | None:
    """The verdict where replicates of a run differ that should not; None where they agree."""
    for side, replicates in (("BASE", before), ("HEAD", after)):
        values = list(dict.fromkeys(figure.value for figure in replicates))
        if len(values) > 1:
            return Judged("undecided", f"replicates of {side} do not agree: {text.listed(values)}")
    return None


def common_value(replicates: Sequence[Figure]) -> Value:
    """Return the value that all replicates share; of figures that need not agree, the median."""
    values = [figure.value for figure in replicates if figure.value is not None]
    if not values:
        return None
    if replicates[0].kind in ("exact", "deterministic"):
        return values[0]
    return median(value for value in values if not isinstance(value, str))
