"""Where the figures of claims come from: each cell's learning rates, and the results that a verdict
rests on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from rnnbench.findings.claims.caveats import ClaimCaveats
from rnnbench.findings.claims.judging import judge_claims
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.records import ClaimFinding, Judged, SideRates, SourceTrial
from rnnbench.findings.claims.summary import search_words
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.scored import is_raced
from rnnbench.records import (
    Claim,
    CostSide,
    LearningSide,
    LearningTrial,
    Question,
    Result,
    Trial,
    identity,
    trial_id,
)

Side = LearningSide | CostSide


class _Known(NamedTuple):
    """A trial, with the keys of the sides that it measures."""

    trial: Trial
    sides: frozenset[bytes]


def claim_findings(
    claims: Sequence[Claim], results: Sequence[Result], conditions: Sequence[Condition]
) -> tuple[ClaimFinding, ...]:
    """Verdicts on claims, with learning rates, evidence and caveats. `conditions` are those of the
    same results."""
    measurements, caveats = Measurements.of(results), ClaimCaveats(results, conditions)
    known = {
        trial_id(result.trial): _Known(result.trial, _sides(result.trial)) for result in results
    }
    found = []
    for claim, finding in zip(claims, judge_claims(claims, measurements), strict=True):
        judged_on = measurements.up_to(finding.seeds)
        readings = []
        for reading, told in zip(claim.readings, finding.readings, strict=True):
            judged = [
                _sourced(question, one, reading.cells, judged_on, known)
                for question, one in zip(reading.questions, told.judged, strict=True)
            ]
            readings.append(replace(told, judged=tuple(judged)))
        sourced = replace(finding, readings=tuple(readings))
        found.append(replace(sourced, caveats=tuple(caveats.of(claim, sourced))))
    return tuple(found)


def _sourced(
    question: Question,
    judged: Judged,
    cells: Sequence[str],
    measurements: Measurements,
    known: Mapping[str, _Known],
) -> Judged:
    """The same with the rates of its cells, and with its results by cell and seed."""
    own = {identity: known[identity] for identity in judged.trials}
    rates, evidence = [], []
    for cell, side in zip(cells, (question.first, question.second), strict=False):
        if side is None:
            continue
        seen = _evidence(cell, side, own)
        evidence += seen
        if isinstance(side, LearningSide):
            rates.append(
                SideRates(cell, _rates(side, seen, measurements), search_words(side.recipe))
            )
    for cell, step_time in zip(cells, question.step_time or (), strict=False):
        evidence += _evidence(cell, step_time, own)
    return replace(judged, rates=tuple(rates), evidence=tuple(evidence))


def _evidence(cell: str, side: Side, own: Mapping[str, _Known]) -> list[SourceTrial]:
    """The results that measure this side, in the order of seeds and rates, or of replicates."""
    this = identity(side)
    seen = []
    for name, one in own.items():
        if this not in one.sides:
            continue
        if isinstance(one.trial, LearningTrial):
            seen.append(SourceTrial(cell, one.trial.seed, one.trial.learning_rate, name))
        else:
            seen.append(SourceTrial(cell, None, None, name, one.trial.round))
    return sorted(seen, key=lambda one: (one.seed or 0, one.rate or 0.0, one.replicate or 0))


def _rates(
    side: LearningSide, seen: Sequence[SourceTrial], measurements: Measurements
) -> tuple[float, ...]:
    """The rates that a race left, the best first; otherwise those of the results, most of them
    first."""
    if seen and is_raced(side.recipe):
        return measurements.rates(side)
    return tuple(
        rate for rate, _ in Counter(one.rate for one in seen).most_common() if rate is not None
    )


def _sides(trial: Trial) -> frozenset[bytes]:
    """The keys of what a trial measures."""
    if isinstance(trial, LearningTrial):
        side = LearningSide(
            cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe
        )
        return frozenset({identity(side)})
    sides = [
        CostSide(cell=cell, measurement=trial.measurement, shape=trial.shape)
        for cell in trial.cells
    ]
    return frozenset(map(identity, sides))
