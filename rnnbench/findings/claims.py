"""Verdicts on claims: from what was weighed under each condition, adjusted over all conditions of a claim together."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rnnbench.findings.book import Book
from rnnbench.findings.claim_records import ClaimFinding, Judged, ReadingFinding, State, Verdict
from rnnbench.findings.claim_wording import because, cautions, describe, look_level
from rnnbench.findings.effects import more_of_a_share, more_seeds, typical
from rnnbench.findings.estimates import LEVEL, seeds_needed
from rnnbench.findings.family import column, share
from rnnbench.findings.flips import step_down
from rnnbench.findings.weighing import weigh
from rnnbench.findings.weights import Weighed, logs
from rnnbench.records import Claim, LearningSide, Question, Reading, Region


class _Rule(NamedTuple):
    """What a condition is decided by: the error that this look is allowed, the number of conditions that share it, the
    p-value that is small enough for the first of them, and the seeds from which on there are verdicts."""

    level: float
    family: int
    share: float
    needed: int


def judge_claims(claims: Iterable[Claim], book: Book) -> tuple[ClaimFinding, ...]:
    """What the figures in the book say of each claim."""
    return tuple(judge(claim, book) for claim in claims)


def judge(claim: Claim, book: Book) -> ClaimFinding:
    """A claim's verdict, wrong in at most `LEVEL` of all cases where each boundary is just met."""
    level, book = look_level(claim), book.up_to(claim.seeds)
    if claim.looks > 1:  # a cell that another claim asks for more seeds of is judged here on those that this one had
        book = book.up_to(book.asked(claim.sides))
    conditions = [(reading, question) for reading in claim.readings for question in reading.questions]
    weighed = [weigh(reading, question, book) for reading, question in conditions]
    family, needed = claim.family, verdict_seeds(claim)
    tested = [place for place, found in enumerate(weighed) if _carries(found, needed)]
    smaller = [min(weighed[place].p_for or 0.0, weighed[place].p_against or 0.0) for place in tested]
    columns = [column(weighed[place], _scaled(conditions[place][0])) for place in tested]
    unknown = family - len(tested)  # what is not there may yet say anything
    adjusted = dict(zip(tested, step_down(columns, smaller, unknown), strict=True))
    rule = _Rule(level, family, share(columns, unknown, level), needed)
    judged = [
        _judged(reading, question, found, adjusted.get(place), rule)
        for place, ((reading, question), found) in enumerate(zip(conditions, weighed, strict=True))
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
        cautions=tuple(cautions(claim)),
    )


def verdict_seeds(claim: Claim) -> int:
    """Fewest seeds from which on a claim can be decided, fixed before anything is measured: those at which the
    signed-rank test reaches this look's level though none of the conditions has to do with another."""
    return seeds_needed(claim.family, look_level(claim))


def is_settled(claim: Claim, book: Book) -> bool:
    """Whether more seeds would change nothing: no condition that seeds can decide is open, or both answers occur."""
    found = judge(claim, book)
    conditions = [
        (q, j)
        for r, f in zip(claim.readings, found.readings, strict=True)
        for q, j in zip(r.questions, f.judged, strict=True)
    ]
    by_seeds = [(q, j) for q, j in conditions if isinstance(q.first, LearningSide) and q.pace is None]
    states = {judged.state for _, judged in by_seeds}
    if "open" not in states:
        return True
    if not claim.parts:
        return {"holds", "fails"} <= states
    if any(_fails_throughout(reading) for reading in found.readings):
        return True
    may_fail = any(all(judged.state != "holds" for judged in reading.judged) for reading in found.readings)
    return "fails" in states and not may_fail


def _carries(found: Weighed, needed: int) -> bool:
    """Whether there are enough seeds, or replicates, for a p-value that could decide."""
    return found.p_for is not None and (found.n >= needed or not found.by_seeds)


def _judged(
    reading: Reading,
    question: Question,
    found: Weighed,
    p_value: float | None,
    rule: _Rule,
) -> Judged:
    state: State = "open"
    if p_value is not None and p_value <= rule.level:
        state = "holds" if (found.p_for or 0.0) < (found.p_against or 0.0) else "fails"
    why, more = "", None
    if state == "open":
        why = _why(found, question, rule, measured=p_value is not None)
        by_seeds_alone = found.by_seeds and question.pace is None and p_value is not None
        more = _more_seeds(reading, found, rule.share) if by_seeds_alone else None
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


def _why(found: Weighed, question: Question, rule: _Rule, *, measured: bool) -> str:
    if found.reason:
        return found.reason
    if found.effect is None:
        return "" if found.lost else "nothing measured"
    if measured and found.slack:
        return "not clear of the boundary by the 15 % that ratios of two kinds move from day to day"
    if measured and min(found.p_for or 0.0, found.p_against or 0.0) <= LEVEL:
        return f"clear by itself, not as one of {rule.family} conditions decided at {rule.level:.2g} together"
    if measured and question.pace:
        return "epochs and time together, by half of the error each and 15 % between kinds, reach over the boundary"
    if measured:
        return "the interval reaches over the boundary, or would if all were known"
    return f"{found.n} of {rule.needed} seeds that can carry a verdict"


def _more_seeds(reading: Reading, found: Weighed, level: float) -> int | None:
    """How many more seeds like those seen would decide in four of five cases; None where no end is in sight, as where
    seeds that did not get there may lie on either side of the boundary."""
    region = _scaled(reading)
    bounds = [bound for bound in (region.low, region.high) if bound is not None]
    if reading.figure == "solved":
        return more_of_a_share(found.values, bounds, level)
    sides = [[typical(ends) > bound for bound in bounds] for ends in zip(*found.ends.values(), strict=True)]
    if sides[0] != sides[1]:
        return None
    return more_seeds(found.values, [min(abs(typical(found.values) - bound) for bound in bounds)], level)


def _scaled(reading: Reading) -> Region:
    """The region on the scale of the values of seeds."""
    return logs(reading.region) if reading.is_ratio else reading.region


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
    """Supported where it holds under every condition, refuted where it fails under each, mixed where both occur;
    undecided where some are open, or a reading cannot be tested here."""
    states = {one.state for one in judged}
    if not states:
        return "untested"
    if {"holds", "fails"} <= states:
        return "mixed"
    if "open" in states or not whole:
        return "undecided"
    return "supported" if states == {"holds"} else "refuted"
