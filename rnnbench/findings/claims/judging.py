"""Verdicts on claims: from what was weighed under each condition, adjusted over all conditions of a
claim together."""

from collections.abc import Iterable, Sequence

from rnnbench.findings.claims.evidence import evidence_for
from rnnbench.findings.claims.evidence_records import Evidence
from rnnbench.findings.claims.family import column, share
from rnnbench.findings.claims.looks import level_of, look_at, looks_had
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.open_conditions import Rule, scaled, seeds_to_decide, why_open
from rnnbench.findings.claims.records import ClaimFinding, Judged, ReadingFinding, State, Verdict
from rnnbench.findings.claims.summary import because, cautions, describe
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.westfall_young import step_down
from rnnbench.records import Claim, LearningSide, Question, Reading


def judge_claims(claims: Iterable[Claim], measurements: Measurements) -> tuple[ClaimFinding, ...]:
    """What the figures in the book say of each claim."""
    return tuple(judge(claim, measurements) for claim in claims)


def judge(claim: Claim, measurements: Measurements) -> ClaimFinding:
    """A claim's verdict, wrong in at most `LEVEL` of all cases where each boundary is just met: at
    the latest look, or at the first one of a rule that settles it. Before such a first look is
    complete nothing is decided by seeds.
    """
    looks = looks_had(claim, measurements)
    for seeds in looks:
        found = judge_at(claim, measurements, seeds)
        if _is_settled(claim, found):
            return found
    return found if looks else judge_at(claim, measurements, 0)


def judge_at(claim: Claim, measurements: Measurements, seeds: int) -> ClaimFinding:
    """The verdict of one look; of looks by hand the latest one ends with the claim's last seed."""
    last = claim.seeds if not claim.by_rule else seeds or claim.by_rule[0]
    look, measurements = look_at(claim, seeds), measurements.up_to(last)
    level = level_of(claim, look)
    conditions = [
        (reading, question) for reading in claim.readings for question in reading.questions
    ]
    evidence = [evidence_for(reading, question, measurements) for reading, question in conditions]
    tested = [place for place, found in enumerate(evidence) if _carries(found, look)]
    smaller = [
        min(evidence[place].p_for or 0.0, evidence[place].p_against or 0.0) for place in tested
    ]
    columns = [column(evidence[place], scaled(conditions[place][0])) for place in tested]
    unknown = claim.family - len(tested)  # what is not there may yet say anything
    adjusted = dict(zip(tested, step_down(columns, smaller, unknown), strict=True))
    favour = share(columns, unknown, LEVEL) * max(claim.family, 1) / LEVEL
    rule = Rule(look, level, claim.family, favour)
    judged = [
        _judged(reading, question, found, adjusted.get(place), rule)
        for place, ((reading, question), found) in enumerate(zip(conditions, evidence, strict=True))
    ]
    readings, at = [], 0
    for reading in claim.readings:
        readings.append(_finding(reading, judged[at : at + len(reading.questions)]))
        at += len(reading.questions)
    verdict = _verdict(judged, whole=not any(reading.missing for reading in claim.readings))
    if claim.parts and any(_fails_throughout(reading) for reading in readings):
        verdict = "refuted"  # of what has to be true together, one part is false
    return ClaimFinding(
        name=claim.name,
        sentence=claim.sentence,
        note=claim.note,
        verdict=verdict,
        because=because(verdict, readings),
        readings=tuple(readings),
        level=level,
        seeds=last,
        cautions=tuple(cautions(claim, look)),
    )


def is_settled(claim: Claim, measurements: Measurements, seeds: int) -> bool:
    """Whether a look at so many seeds ends the search for an answer: no condition that seeds can
    decide is open, or both answers occur."""
    return _is_settled(claim, judge_at(claim, measurements, seeds))


def _is_settled(claim: Claim, found: ClaimFinding) -> bool:
    conditions = [
        (q, j)
        for r, f in zip(claim.readings, found.readings, strict=True)
        for q, j in zip(r.questions, f.judged, strict=True)
    ]
    by_seeds = [
        (q, j) for q, j in conditions if isinstance(q.first, LearningSide) and q.step_time is None
    ]
    states = {judged.state for _, judged in by_seeds}
    if "open" not in states:
        return True
    if not claim.parts:
        return {"holds", "fails"} <= states
    if any(_fails_throughout(reading) for reading in found.readings):
        return True
    may_fail = any(
        all(judged.state != "holds" for judged in reading.judged) for reading in found.readings
    )
    return "fails" in states and not may_fail


def _carries(found: Evidence, look: Schedule) -> bool:
    """Whether there are enough seeds, or replicates, for a p-value that could decide."""
    able = look.level > 0 and found.n >= look.needed
    return found.p_for is not None and (able or not found.by_seeds)


def _judged(
    reading: Reading,
    question: Question,
    found: Evidence,
    p_value: float | None,
    rule: Rule,
) -> Judged:
    state: State = "open"
    if p_value is not None and p_value <= rule.level:
        state = "holds" if (found.p_for or 0.0) < (found.p_against or 0.0) else "fails"
    why, more = "", None
    if state == "open":
        why = why_open(found, question, rule, measured=p_value is not None)
        by_seeds_alone = found.by_seeds and question.step_time is None and p_value is not None
        more = seeds_to_decide(reading, found, rule) if by_seeds_alone else None
    return Judged(
        facets=question.facets,
        effect=found.effect,
        p_value=p_value,
        state=state,
        why=why,
        more_seeds=more,
        trials=found.trials,
        lost=found.lost,
    )


def _finding(reading: Reading, judged: Sequence[Judged]) -> ReadingFinding:
    return ReadingFinding(
        title=reading.title,
        summary=describe(reading),
        cells=reading.cells,
        figure=reading.figure,
        metric=reading.metric,
        region=reading.region,
        judged=tuple(judged),
        missing=reading.missing,
        growing=reading.growing,
    )


def _fails_throughout(reading: ReadingFinding) -> bool:
    return bool(reading.judged) and all(judged.state == "fails" for judged in reading.judged)


def _verdict(judged: Sequence[Judged], *, whole: bool) -> Verdict:
    """Supported where it holds under every condition, refuted where it fails under each, mixed
    where both occur; undecided where some are open, or a reading cannot be tested here."""
    states = {one.state for one in judged}
    if not states:
        return "untested"
    if {"holds", "fails"} <= states:
        return "mixed"
    if "open" in states or not whole:
        return "undecided"
    return "supported" if states == {"holds"} else "refuted"
