"""The conditions of one claim as one family of tests, some of which test the same seeds."""

from collections.abc import Sequence

from rnnbench.findings.claims.evidence_records import Evidence
from rnnbench.findings.stats.signed_rank import p_above
from rnnbench.findings.stats.westfall_young import Column, critical, two_ways
from rnnbench.records import Region

NEAR = 1e-12
"""A value at most this far from a bound counts as lying on the bound."""


def column(evidence: Evidence, region: Region) -> Column | None:
    """Return, by seed, how far its value is beyond the bound that decides a condition.

    Where an effect has to pass several tests (both bounds of a region, each choice of learning
    rates), the test with the largest p-value decides. None where the condition is not decided by
    signed ranks of seeds.

    region: on the scale of the values, which for ratios is their logarithm.
    """
    if not evidence.above:
        return None
    if evidence.favours_claim != region.outside:
        inside = [_above(evidence, region.low), _below(evidence, region.high)]
        return max((distances for distances in inside if distances is not None), key=_p_value)
    beyond = [_below(evidence, region.low), _above(evidence, region.high)]
    return min((distances for distances in beyond if distances is not None), key=_p_value)


def share(columns: Sequence[Column | None], unknown: int, level: float) -> float:
    """Return the two-sided p-value that decides the first of these conditions at this level.

    It is at least an equal part of the level, which is valid for any dependence between the
    conditions, and more where they test the same seeds.

    unknown: the number of further conditions that have no test yet.
    """
    known = [distances for distances in columns if distances is not None]
    equal = level / max(len(columns) + unknown, 1)
    if not known:
        return equal
    return max(equal, 2 * critical(two_ways(known), equal * len(known)))


def _above(evidence: Evidence, bound: float | None) -> Column | None:
    if bound is None:
        return None
    distances = []
    for ends in evidence.above:
        distances.append({seed: _distance(low - bound) for seed, (low, _) in ends.items()})
    return max(distances, key=_p_value)


def _below(evidence: Evidence, bound: float | None) -> Column | None:
    if bound is None:
        return None
    distances = []
    for ends in evidence.below:
        distances.append({seed: _distance(bound - high) for seed, (_, high) in ends.items()})
    return max(distances, key=_p_value)


def _distance(distance: float) -> float:
    return 0.0 if abs(distance) <= NEAR else distance


def _p_value(distances: Column) -> float:
    return p_above(list(distances.values()), 0.0)
