"""The same of what is counted, which is exact, and of peak memory, which each replicate reads anew."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.claims.book import Book
from rnnbench.findings.claims.weights import Weighed, logs
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, LEVEL
from rnnbench.findings.stats.ranges import Range, exponential
from rnnbench.findings.stats.signed_rank import two_sided
from rnnbench.records import CostSide, Reading, Region, identity

BETWEEN_READINGS = 1.02
"""By how much peak memory may be misread."""
ByPlace = Mapping[str, Sequence[float]]


def weigh_counted(first: CostSide, second: CostSide, reading: Reading, book: Book) -> Weighed:
    """By all that was counted; of peaks, threads and devices have to agree about it."""
    trials = tuple(sorted({trial for side in (first, second) for trial in book.counted.get(identity(side), {})}))
    ours, theirs = (_by_place(side, reading.figure, book) for side in (first, second))
    if reading.figure == "peak-memory":
        each = [_weigh_peaks(ours[place], theirs[place], logs(reading.region)) for place in ours if place in theirs]
        return replace(_together(each), trials=trials) if each else Weighed(by_seeds=False)
    a, b = ([value for values in side.values() for value in values] for side in (ours, theirs))
    if not a or not b:
        return Weighed(by_seeds=False)
    found = Range(float(np.median(a) / np.median(b)), min(a) / max(b), max(a) / min(b), min(len(a), len(b)))
    return replace(_certain(found, reading.region), effect=found, trials=trials)


def _by_place(side: CostSide, figure: str, book: Book) -> ByPlace:
    """Figures above 0, of which alone there are ratios, by threads and device."""
    found = defaultdict(list)
    for place, figures in book.counted.get(identity(side), {}).values():
        if figures.get(figure):
            found[place].append(figures[figure])
    return found


def _together(each: Sequence[Weighed]) -> Weighed:
    """Of several places the one that says least, over the range of all."""
    thin = next((one for one in each if one.reason), None)
    if thin or len(each) == 1:
        return thin or each[0]
    effects, n = [one.effect for one in each if one.effect], sum(one.n for one in each)
    low, high = min(effect.low for effect in effects), max(effect.high for effect in effects)
    p_for, p_against = max(one.p_for or 0.0 for one in each), max(one.p_against or 0.0 for one in each)
    whole = Range(float(np.median([effect.centre for effect in effects])), low, high, n)
    return replace(each[0], effect=whole, p_for=p_for, p_against=p_against, n=n)


def _weigh_peaks(ours: Sequence[float], theirs: Sequence[float], region: Region) -> Weighed:
    """By Welch's test on the logarithms, each boundary moved away by how much a peak may be misread."""
    a, b, slack, n = np.log(ours), np.log(theirs), float(np.log(BETWEEN_READINGS)), min(len(ours), len(theirs))
    if n < INTERVAL_REPLICATES or not a.std() + b.std():
        low, high = float(a.min() - b.max()) - slack, float(a.max() - b.min()) + slack
        found = Range(float(np.median(a) - np.median(b)), low, high, n)
        if n < INTERVAL_REPLICATES:
            reason = f"{n} of {INTERVAL_REPLICATES} replicates"
            return Weighed(effect=exponential(found), n=n, reason=reason, by_seeds=False)
        return replace(_certain(found, region), effect=exponential(found))
    interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(1 - LEVEL)
    low, high = float(interval.low) - slack, float(interval.high) + slack
    p_for, p_against = two_sided(
        region, lambda bound: _welch(a, b + bound + slack), lambda bound: _welch(b + bound - slack, a)
    )
    found = Range(float(a.mean() - b.mean()), low, high, n, "95 % interval")
    return Weighed(effect=exponential(found), p_for=p_for, p_against=p_against, n=n, by_seeds=False)


def _welch(larger: np.ndarray, smaller: np.ndarray) -> float:
    return float(stats.ttest_ind(larger, smaller, equal_var=False, alternative="greater").pvalue)


def _certain(found: Range, region: Region) -> Weighed:
    """All of a range lies in a region, or all of it outside, or neither; there is no chance about it."""
    low = -np.inf if region.low is None else region.low
    high = np.inf if region.high is None else region.high
    inside, beyond = low <= found.low and found.high <= high, found.high < low or found.low > high
    if region.outside:
        inside, beyond = beyond, inside
    return Weighed(p_for=0.0 if inside else 1.0, p_against=0.0 if beyond else 1.0, n=found.n, by_seeds=False)
