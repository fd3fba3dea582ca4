"""Claim findings with their sources: the learning rates and results of each verdict."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from rnnbench.findings.claims.caveats import ClaimCaveats
from rnnbench.findings.claims.judging import judge_claims
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.records import (
    ClaimFinding,
    Judged,
    ReadingFinding,
    SideRates,
    SourceTrial,
)
from rnnbench.findings.claims.summary import search_words
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.scored import is_raced
from rnnbench.records import (
    Claim,
    CostSide,
    LearningSide,
    LearningTrial,
    Question,
    Reading,
    Result,
    Trial,
    identity,
    trial_id,
)

Side = LearningSide | CostSide


class _Source(NamedTuple):
    """A trial, with the keys of the sides that it measures."""

    trial: Trial
    sides: frozenset[bytes]


Sources = Mapping[str, _Source]
"""By the id of the trial."""


def claim_findings(
    claims: Sequence[Claim], results: Sequence[Result], conditions: Sequence[Condition]
) -> tuple[ClaimFinding, ...]:
    """Return verdicts on claims, with learning rates, evidence and caveats.

    conditions: those of the same results.
    """
    measurements = Measurements.of(results)
    caveats = ClaimCaveats(results, conditions)
    sources = {trial_id(result.trial): _source(result.trial) for result in results}
    findings = []
    for claim, judged in zip(claims, judge_claims(claims, measurements), strict=True):
        finding = _with_sources(claim, judged, measurements.up_to(judged.seeds), sources)
        findings.append(replace(finding, caveats=tuple(caveats.of(claim, finding))))
    return tuple(findings)


def _with_sources(
    claim: Claim, finding: ClaimFinding, measurements: Measurements, sources: Sources
) -> ClaimFinding:
    readings: list[ReadingFinding] = []
    for reading, reading_finding in zip(claim.readings, finding.readings, strict=True):
        judged = [
            _condition_with_sources(reading, question, one, measurements, sources)
            for question, one in zip(reading.questions, reading_finding.judged, strict=True)
        ]
        readings.append(replace(reading_finding, judged=tuple(judged)))
    return replace(finding, readings=tuple(readings))


def _condition_with_sources(
    reading: Reading,
    question: Question,
    judged: Judged,
    measurements: Measurements,
    sources: Sources,
) -> Judged:
    """Add the learning rates of the cells, and the results by cell and seed."""
    own = {name: sources[name] for name in judged.trials}
    rates: list[SideRates] = []
    evidence: list[SourceTrial] = []
    for cell, side in zip(reading.cells, (question.first, question.second), strict=False):
        if side is None:
            continue
        trials = _source_trials(cell, side, own)
        evidence += trials
        if isinstance(side, LearningSide):
            found = _rates(side, trials, measurements)
            rates.append(SideRates(cell, found, search_words(side.recipe)))
    for cell, step_time in zip(reading.cells, question.step_time or (), strict=False):
        evidence += _source_trials(cell, step_time, own)
    return replace(judged, rates=tuple(rates), evidence=tuple(evidence))


def _source_trials(cell: str, side: Side, sources: Sources) -> list[SourceTrial]:
    """Return the results that measure this side, by seed and rate, or by replicate."""
    key = identity(side)
    found = []
    for name, source in sources.items():
        if key not in source.sides:
            continue
        trial = source.trial
        if isinstance(trial, LearningTrial):
            found.append(SourceTrial(cell, trial.seed, trial.learning_rate, name))
        else:
            found.append(SourceTrial(cell, None, None, name, trial.round))
    return sorted(found, key=lambda one: (one.seed or 0, one.rate or 0.0, one.replicate or 0))


def _rates(
    side: LearningSide, trials: Sequence[SourceTrial], measurements: Measurements
) -> tuple[float, ...]:
    """Return the rates that a race left, the best first; otherwise those of most results first."""
    if trials and is_raced(side.recipe):
        return measurements.rates(side)
    counts = Counter(trial.rate for trial in trials)
    return tuple(rate for rate, _ in counts.most_common() if rate is not None)


def _source(trial: Trial) -> _Source:
    if isinstance(trial, LearningTrial):
        side = LearningSide(
            cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe
        )
        return _Source(trial, frozenset({identity(side)}))
    sides = [
        CostSide(cell=cell, measurement=trial.measurement, shape=trial.shape)
        for cell in trial.cells
    ]
    return _Source(trial, frozenset(map(identity, sides)))
