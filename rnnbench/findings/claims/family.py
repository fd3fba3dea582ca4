"""The conditions of one claim as one family of tests: what each of them rests on, and how far they
count as one."""

from collections.abc import Sequence

from rnnbench.findings.claims.evidence_records import Evidence
from rnnbench.findings.stats.signed_rank import p_above
from rnnbench.findings.stats.westfall_young import Column, critical, two_ways
from rnnbench.records import Region

NEAR = 1e-12
"""What lies nearer to a boundary than this lies on it."""


def column(found: Evidence, region: Region) -> Column | None:
    """By seed, how far beyond its boundary a value lies at least, in the test whose p-value decides
    a condition.

    Where an effect has to pass several tests (both bounds of a region, each choice of learning
    rates), that is the one with the largest p-value. None for a condition that something else than
    signed ranks of seeds decides.

    region: on the scale of the values, which for ratios is their logarithm.
    """
    if not found.above:
        return None
    holds = (found.p_for or 0.0) < (found.p_against or 0.0)
    if holds != region.outside:
        inside = [_above(found, region.low), _below(found, region.high)]
        return max((one for one in inside if one is not None), key=_p_value)
    beyond = [_below(found, region.low), _above(found, region.high)]
    return min((one for one in beyond if one is not None), key=_p_value)


def share(columns: Sequence[Column | None], unknown: int, level: float) -> float:
    """The two-sided p-value that is small enough for the first of these conditions at this level.

    At least an equal part of the level, which is enough whatever the conditions have to do with
    each other; more where they are tests of the same seeds.
    """
    known = [one for one in columns if one is not None]
    equal = level / max(len(columns) + unknown, 1)
    if not known:
        return equal
    return max(equal, 2 * critical(two_ways(known), equal * len(known)))


def _above(found: Evidence, bound: float | None) -> Column | None:
    if bound is None:
        return None
    distances = [
        {seed: _away(low - bound) for seed, (low, _) in ends.items()} for ends in found.above
    ]
    return max(distances, key=_p_value)


def _below(found: Evidence, bound: float | None) -> Column | None:
    if bound is None:
        return None
    distances = [
        {seed: _away(bound - high) for seed, (_, high) in ends.items()} for ends in found.below
    ]
    return max(distances, key=_p_value)


def _away(distance: float) -> float:
    return 0.0 if abs(distance) <= NEAR else distance


def _p_value(distances: Column) -> float:
    return p_above(list(distances.values()), 0.0)
