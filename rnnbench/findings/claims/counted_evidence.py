"""The same of what is counted, which is exact, and of peak memory, which each replicate reads
anew."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import stats

from rnnbench.findings.claims.evidence_records import Evidence, logs
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, LEVEL
from rnnbench.findings.stats.ranges import Range, exponential
from rnnbench.findings.stats.signed_rank import two_sided
from rnnbench.records import CostSide, Reading, Region, identity

BETWEEN_READINGS = 1.02
"""By how much peak memory may be misread."""
SLACK = float(np.log(BETWEEN_READINGS))
Logs = NDArray[np.float64]
ByPlace = Mapping[str, Sequence[float]]


def evidence_of_counts(
    first: CostSide, second: CostSide, reading: Reading, measurements: Measurements
) -> Evidence:
    """By all that was counted; of peaks, threads and devices have to agree about it."""
    counted = [measurements.counted.get(identity(side), {}) for side in (first, second)]
    trials = tuple(sorted({*counted[0], *counted[1]}))
    ours = _by_place(first, reading.figure, measurements)
    theirs = _by_place(second, reading.figure, measurements)
    if reading.figure == "peak-memory":
        region = logs(reading.region)
        each = [
            _evidence_of_peaks(ours[place], theirs[place], region)
            for place in ours
            if place in theirs
        ]
        if not each:
            return Evidence(by_seeds=False)
        return replace(_together(each), trials=trials)
    a = list(chain.from_iterable(ours.values()))
    b = list(chain.from_iterable(theirs.values()))
    if not a or not b:
        return Evidence(by_seeds=False)
    found = Range(
        float(np.median(a) / np.median(b)), min(a) / max(b), max(a) / min(b), min(len(a), len(b))
    )
    return replace(_certain(found, reading.region), effect=found, trials=trials)


def _by_place(side: CostSide, figure: str, measurements: Measurements) -> ByPlace:
    """Figures above 0, of which alone there are ratios, by threads and device."""
    found = defaultdict(list)
    for place, figures in measurements.counted.get(identity(side), {}).values():
        if figures.get(figure):
            found[place].append(figures[figure])
    return found


def _together(each: Sequence[Evidence]) -> Evidence:
    """Of several places the one that says least, over the range of all."""
    thin = next((one for one in each if one.reason), None)
    if thin or len(each) == 1:
        return thin or each[0]
    effects = [one.effect for one in each if one.effect]
    n = sum(one.n for one in each)
    whole = Range(
        centre=float(np.median([effect.centre for effect in effects])),
        low=min(effect.low for effect in effects),
        high=max(effect.high for effect in effects),
        n=n,
    )
    p_for = max(one.p_for or 0.0 for one in each)
    p_against = max(one.p_against or 0.0 for one in each)
    return replace(each[0], effect=whole, p_for=p_for, p_against=p_against, n=n)


def _evidence_of_peaks(ours: Sequence[float], theirs: Sequence[float], region: Region) -> Evidence:
    """By Welch's test on the logarithms, each boundary moved away by how much a peak may be
    misread."""
    our_logs = np.log(ours)
    their_logs = np.log(theirs)
    n = min(len(ours), len(theirs))
    if n < INTERVAL_REPLICATES:
        effect = exponential(_range_of_peaks(our_logs, their_logs))
        return Evidence(
            effect=effect, n=n, reason=f"{n} of {INTERVAL_REPLICATES} replicates", by_seeds=False
        )
    if our_logs.std() + their_logs.std() == 0:
        found = _range_of_peaks(our_logs, their_logs)
        return replace(_certain(found, region), effect=exponential(found))
    return _tested_peaks(our_logs, their_logs, region)


def _range_of_peaks(ours: Logs, theirs: Logs) -> Range:
    """From the lowest log-ratio of two peaks to the highest, with how much both may be misread."""
    low = float(ours.min() - theirs.max()) - SLACK
    high = float(ours.max() - theirs.min()) + SLACK
    return Range(float(np.median(ours) - np.median(theirs)), low, high, min(len(ours), len(theirs)))


def _tested_peaks(ours: Logs, theirs: Logs, region: Region) -> Evidence:
    """Welch's test and interval of the difference of two means of logarithms."""

    def p_above(bound: float) -> float:
        return _welch(ours, theirs + bound + SLACK)

    def p_below(bound: float) -> float:
        return _welch(theirs + bound - SLACK, ours)

    p_for, p_against = two_sided(region, p_above, p_below)
    interval = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(1 - LEVEL)
    n = min(len(ours), len(theirs))
    found = Range(
        float(ours.mean() - theirs.mean()),
        float(interval.low) - SLACK,
        float(interval.high) + SLACK,
        n,
        "95 % interval",
    )
    return Evidence(
        effect=exponential(found), p_for=p_for, p_against=p_against, n=n, by_seeds=False
    )


def _welch(larger: Logs, smaller: Logs) -> float:
    """One-sided p-value of the hypothesis that the first mean is at most the second, with unequal
    variances."""
    return float(stats.ttest_ind(larger, smaller, equal_var=False, alternative="greater").pvalue)


def _certain(found: Range, region: Region) -> Evidence:
    """All of a range lies in a region, or all of it outside, or neither; there is no chance about
    it."""
    low = -np.inf if region.low is None else region.low
    high = np.inf if region.high is None else region.high
    inside = low <= found.low and found.high <= high
    beyond = found.high < low or found.low > high
    if region.outside:
        inside, beyond = beyond, inside
    return Evidence(
        p_for=0.0 if inside else 1.0, p_against=0.0 if beyond else 1.0, n=found.n, by_seeds=False
    )
