"""Evidence from counts, which are exact, and from peak memory, which each replicate measures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from rnnbench.findings.claims.evidence_records import Evidence, logs
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, LEVEL
from rnnbench.findings.stats.exact import welch
from rnnbench.findings.stats.ranges import Range, exponential
from rnnbench.findings.stats.signed_rank import two_sided
from rnnbench.records import CostSide, Reading, Region, identity

BETWEEN_READINGS = 1.02
"""How much a measurement of peak memory may be off, as a factor."""
SLACK = float(np.log(BETWEEN_READINGS))
Logs = NDArray[np.float64]
ByPlace = Mapping[str, Sequence[float]]
"""Figures by threads and device, in words."""


def evidence_of_counts(
    first: CostSide, second: CostSide, reading: Reading, measurements: Measurements
) -> Evidence:
    """Return the evidence on a ratio of counts, or of peak memory.

    Counts of all threads and devices are taken together; peaks have to agree between them.
    """
    ours = _by_place(first, reading.figure, measurements)
    theirs = _by_place(second, reading.figure, measurements)
    if reading.figure == "peak-memory":
        evidence = _evidence_of_peaks(ours, theirs, logs(reading.region))
    else:
        our_counts = list(chain.from_iterable(ours.values()))
        their_counts = list(chain.from_iterable(theirs.values()))
        evidence = _evidence_of_exact_counts(our_counts, their_counts, reading.region)
    if evidence.effect is None:
        return evidence
    counted = measurements.counted
    trials = {*counted.get(identity(first), {}), *counted.get(identity(second), {})}
    return replace(evidence, trials=tuple(sorted(trials)))


def _by_place(side: CostSide, figure: str, measurements: Measurements) -> ByPlace:
    """Return the figures above 0, which alone have ratios, by threads and device."""
    by_place = defaultdict(list)
    for place, figures in measurements.counted.get(identity(side), {}).values():
        if figures.get(figure):
            by_place[place].append(figures[figure])
    return by_place


def _evidence_of_exact_counts(
    ours: Sequence[float], theirs: Sequence[float], region: Region
) -> Evidence:
    if not ours or not theirs:
        return Evidence(by_seeds=False)
    effect = Range(
        centre=float(np.median(ours) / np.median(theirs)),
        low=min(ours) / max(theirs),
        high=max(ours) / min(theirs),
        n=min(len(ours), len(theirs)),
    )
    return replace(_certain(effect, region), effect=effect)


def _evidence_of_peaks(ours: ByPlace, theirs: ByPlace, region: Region) -> Evidence:
    """Return the weakest evidence of all threads and devices, over the range of all effects."""
    each = [
        _evidence_at_place(ours[place], theirs[place], region) for place in ours if place in theirs
    ]
    if not each:
        return Evidence(by_seeds=False)
    untested = next((evidence for evidence in each if evidence.reason), None)
    if untested or len(each) == 1:
        return untested or each[0]
    effects = [evidence.effect for evidence in each if evidence.effect]
    n = sum(evidence.n for evidence in each)
    effect = Range(
        centre=float(np.median([effect.centre for effect in effects])),
        low=min(effect.low for effect in effects),
        high=max(effect.high for effect in effects),
        n=n,
    )
    p_for = max(evidence.p_for or 0.0 for evidence in each)
    p_against = max(evidence.p_against or 0.0 for evidence in each)
    return replace(each[0], effect=effect, p_for=p_for, p_against=p_against, n=n)


def _evidence_at_place(ours: Sequence[float], theirs: Sequence[float], region: Region) -> Evidence:
    """Return the evidence on peak memory at one number of threads, on one device."""
    our_logs = np.log(ours)
    their_logs = np.log(theirs)
    n = min(len(ours), len(theirs))
    if n < INTERVAL_REPLICATES:
        effect = exponential(_range_of_peaks(our_logs, their_logs))
        reason = f"{n} of {INTERVAL_REPLICATES} replicates"
        return Evidence(effect=effect, n=n, reason=reason, by_seeds=False)
    if our_logs.std() + their_logs.std() == 0:
        log_ratio = _range_of_peaks(our_logs, their_logs)
        return replace(_certain(log_ratio, region), effect=exponential(log_ratio))
    return _tested_peaks(our_logs, their_logs, region)


def _range_of_peaks(ours: Logs, theirs: Logs) -> Range:
    """Return the range of log-ratios of two peaks, wider by how much a peak may be off."""
    return Range(
        centre=float(np.median(ours) - np.median(theirs)),
        low=float(ours.min() - theirs.max()) - SLACK,
        high=float(ours.max() - theirs.min()) + SLACK,
        n=min(len(ours), len(theirs)),
    )


def _tested_peaks(ours: Logs, theirs: Logs, region: Region) -> Evidence:
    """Return Welch's test and interval of the difference of two means of logarithms.

    Each boundary is moved away by how much a peak may be off.
    """

    def p_above(bound: float) -> float:
        return welch(ours, theirs + bound + SLACK).p_above()

    def p_below(bound: float) -> float:
        return welch(theirs + bound - SLACK, ours).p_above()

    p_for, p_against = two_sided(region, p_above, p_below)
    low, high = welch(ours, theirs).interval(LEVEL)
    n = min(len(ours), len(theirs))
    log_ratio = Range(
        centre=float(ours.mean() - theirs.mean()),
        low=low - SLACK,
        high=high + SLACK,
        n=n,
        kind="95 % interval",
    )
    return Evidence(
        effect=exponential(log_ratio), p_for=p_for, p_against=p_against, n=n, by_seeds=False
    )


def _certain(effect: Range, region: Region) -> Evidence:
    """Return p-values of 0 or 1: whether all of a range lies in a region, or outside of it."""
    low = -np.inf if region.low is None else region.low
    high = np.inf if region.high is None else region.high
    is_within = low <= effect.low and effect.high <= high
    is_beyond = effect.high < low or effect.low > high
    holds = is_beyond if region.outside else is_within
    fails = is_within if region.outside else is_beyond
    return Evidence(
        p_for=0.0 if holds else 1.0, p_against=0.0 if fails else 1.0, n=effect.n, by_seeds=False
    )
