"""Verdicts on claims, from the evidence under all conditions of a claim together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rnnbench.findings.claims.evidence import evidence_for
from rnnbench.findings.claims.evidence_records import Evidence
from rnnbench.findings.claims.family import column, share
from rnnbench.findings.claims.looks import level_of, look_at, looks_had
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.open_conditions import Rule, scaled, seeds_to_decide, why_open
from rnnbench.findings.claims.records import ClaimFinding, Judged, ReadingFinding, State
from rnnbench.findings.claims.summary import because, cautions, describe
from rnnbench.findings.claims.verdicts import claim_verdict, fails_throughout, holds_nowhere
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.westfall_young import step_down
from rnnbench.records import Claim, LearningSide, Question, Reading


class _Condition(NamedTuple):
    """A question of a claim, with its evidence."""

    reading: Reading
    question: Question
    evidence: Evidence


def judge_claims(claims: Iterable[Claim], measurements: Measurements) -> tuple[ClaimFinding, ...]:
    """Return the verdict on each claim."""
    return tuple(judge(claim, measurements) for claim in claims)


def judge(claim: Claim, measurements: Measurements) -> ClaimFinding:
    """Return the verdict on a claim at the latest look, or at the first planned one to settle it.

    A verdict is wrong in at most `LEVEL` of all cases where each boundary is just met. Before the
    first planned look is complete, seeds decide nothing.
    """
    looks = looks_had(claim, measurements)
    for seeds in looks:
        finding = judge_at(claim, measurements, seeds)
        if _is_settled(claim, finding):
            return finding
    return finding if looks else judge_at(claim, measurements, 0)


def judge_at(claim: Claim, measurements: Measurements, seeds: int) -> ClaimFinding:
    """Return the verdict of one look; the latest look by hand ends with the claim's last seed."""
    last = (seeds or claim.by_rule[0]) if claim.by_rule else claim.seeds
    look = look_at(claim, seeds)
    level = level_of(claim, look)
    known = measurements.up_to(last)
    conditions = []
    for reading in claim.readings:
        for question in reading.questions:
            evidence = evidence_for(reading, question, known)
            conditions.append(_Condition(reading, question, evidence))
    judged = _judge_conditions(claim, conditions, look, level)
    readings = tuple(_reading_findings(claim, judged))
    verdict = claim_verdict(claim, judged, readings)
    return ClaimFinding(
        name=claim.name,
        sentence=claim.sentence,
        note=claim.note,
        verdict=verdict,
        because=because(verdict, readings),
        readings=readings,
        level=level,
        seeds=last,
        cautions=tuple(cautions(claim, look)),
    )


def is_settled(claim: Claim, measurements: Measurements, seeds: int) -> bool:
    """Whether a look at so many seeds ends the search for an answer.

    It does where no condition that seeds can decide is open, or where both answers occur.
    """
    return _is_settled(claim, judge_at(claim, measurements, seeds))


def _is_settled(claim: Claim, finding: ClaimFinding) -> bool:
    states = set(_states_by_seeds(claim, finding))
    if "open" not in states:
        return True
    if not claim.parts:
        return {"holds", "fails"} <= states
    if any(fails_throughout(reading) for reading in finding.readings):
        return True
    may_fail = any(holds_nowhere(reading) for reading in finding.readings)
    return "fails" in states and not may_fail


def _states_by_seeds(claim: Claim, finding: ClaimFinding) -> Iterator[State]:
    """Yield the state of each condition that is decided by seeds alone."""
    for reading, reading_finding in zip(claim.readings, finding.readings, strict=True):
        for question, judged in zip(reading.questions, reading_finding.judged, strict=True):
            if isinstance(question.first, LearningSide) and question.step_time is None:
                yield judged.state


def _judge_conditions(
    claim: Claim, conditions: Sequence[_Condition], look: Schedule, level: float
) -> list[Judged]:
    """Return the state of each condition, from p-values adjusted over all of them."""
    tested = [
        place for place, condition in enumerate(conditions) if _can_decide(condition.evidence, look)
    ]
    p_values = [conditions[place].evidence.smaller_p for place in tested]
    columns = [
        column(conditions[place].evidence, scaled(conditions[place].reading)) for place in tested
    ]
    untested = claim.family - len(tested)
    adjusted = dict(zip(tested, step_down(columns, p_values, untested), strict=True))
    favour = share(columns, untested, LEVEL) * max(claim.family, 1) / LEVEL
    rule = Rule(look, level, claim.family, favour)
    return [
        _judged(condition, adjusted.get(place), rule) for place, condition in enumerate(conditions)
    ]


def _can_decide(evidence: Evidence, look: Schedule) -> bool:
    """Whether there are enough seeds, or replicates, for a p-value that could decide."""
    enough_seeds = look.level > 0 and evidence.n >= look.needed
    return evidence.p_for is not None and (enough_seeds or not evidence.by_seeds)


def _judged(condition: _Condition, p_value: float | None, rule: Rule) -> Judged:
    reading, question, evidence = condition
    state: State = "open"
    if p_value is not None and p_value <= rule.level:
        state = "holds" if evidence.favours_claim else "fails"
    why = ""
    more_seeds = None
    if state == "open":
        why = why_open(evidence, question, rule, measured=p_value is not None)
        if evidence.by_seeds and question.step_time is None and p_value is not None:
            more_seeds = seeds_to_decide(reading, evidence, rule)
    return Judged(
        facets=question.facets,
        effect=evidence.effect,
        p_value=p_value,
        state=state,
        why=why,
        more_seeds=more_seeds,
        clearance=evidence.clearance,
        trials=evidence.trials,
        lost=evidence.lost,
    )


def _reading_findings(claim: Claim, judged: Sequence[Judged]) -> Iterator[ReadingFinding]:
    """Yield the finding of each reading, with its part of the judged conditions."""
    start = 0
    for reading in claim.readings:
        end = start + len(reading.questions)
        yield ReadingFinding(
            title=reading.title,
            summary=describe(reading),
            cells=reading.cells,
            figure=reading.figure,
            metric=reading.metric,
            region=reading.region,
            judged=tuple(judged[start:end]),
            missing=reading.missing,
            growing=reading.growing,
        )
        start = end
