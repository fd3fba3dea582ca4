"""Verdicts on claims: from what was weighed under each condition, adjusted over all conditions of a claim together."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rnnbench.findings.book import Book
from rnnbench.findings.claim_looks import level_of, look_at, looks_had
from rnnbench.findings.claim_records import ClaimFinding, Judged, ReadingFinding, State, Verdict
from rnnbench.findings.claim_wording import because, cautions, describe
from rnnbench.findings.effects import WORTHWHILE, more_of_a_share, more_seeds, typical
from rnnbench.findings.estimates import LEVEL
from rnnbench.findings.family import column, share
from rnnbench.findings.flips import step_down
from rnnbench.findings.looks import Schedule
from rnnbench.findings.weighing import weigh
from rnnbench.findings.weights import Weighed, logs
from rnnbench.records import Claim, LearningSide, Question, Reading, Region


class _Rule(NamedTuple):
    """What a condition is decided by: the look, with the error that it is allowed, the number of conditions that share
    it, and how many times an equal part of it the p-value may be that is small enough for the first of them."""

    look: Schedule
    level: float
    family: int
    favour: float


def judge_claims(claims: Iterable[Claim], book: Book) -> tuple[ClaimFinding, ...]:
    """What the figures in the book say of each claim."""
    return tuple(judge(claim, book) for claim in claims)


def judge(claim: Claim, book: Book) -> ClaimFinding:
    """A claim's verdict, wrong in at most `LEVEL` of all cases where each boundary is just met: at the latest look, or
    at the first one of a rule that settles it. Before such a first look is complete nothing is decided by seeds."""
    looks = looks_had(claim, book)
    for seeds in looks:
        found = judge_at(claim, book, seeds)
        if _is_settled(claim, found):
            return found
    return found if looks else judge_at(claim, book, 0)


def judge_at(claim: Claim, book: Book, seeds: int) -> ClaimFinding:
    """The verdict of one look; of looks by hand the latest one ends with the claim's last seed."""
    last = claim.seeds if not claim.by_rule else seeds or claim.by_rule[0]
    look, book = look_at(claim, seeds), book.up_to(last)
    level = level_of(claim, look)
    conditions = [(reading, question) for reading in claim.readings for question in reading.questions]
    weighed = [weigh(reading, question, book) for reading, question in conditions]
    tested = [place for place, found in enumerate(weighed) if _carries(found, look)]
    smaller = [min(weighed[place].p_for or 0.0, weighed[place].p_against or 0.0) for place in tested]
    columns = [column(weighed[place], _scaled(conditions[place][0])) for place in tested]
    unknown = claim.family - len(tested)  # what is not there may yet say anything
    adjusted = dict(zip(tested, step_down(columns, smaller, unknown), strict=True))
    favour = share(columns, unknown, LEVEL) * max(claim.family, 1) / LEVEL
    rule = _Rule(look, level, claim.family, favour)
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
        seeds=last,
        cautions=tuple(cautions(claim, look)),
    )


def is_settled(claim: Claim, book: Book, seeds: int) -> bool:
    """Whether a look at so many seeds ends the search for an answer: no condition that seeds can decide is open, or
    both answers occur."""
    return _is_settled(claim, judge_at(claim, book, seeds))


def _is_settled(claim: Claim, found: ClaimFinding) -> bool:
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


def _carries(found: Weighed, look: Schedule) -> bool:
    """Whether there are enough seeds, or replicates, for a p-value that could decide."""
    able = look.level > 0 and found.n >= look.needed
    return found.p_for is not None and (able or not found.by_seeds)


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
        more = _more_seeds(reading, found, rule) if by_seeds_alone else None
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
    return f"{found.n} of {rule.look.needed} seeds that can carry a verdict"


def _more_seeds(reading: Reading, found: Weighed, rule: _Rule) -> int | None:
    """How many more seeds like those seen would decide in four of five cases at the next look, at every choice of rates
    that has to be passed. None where nothing is seen that could be decided, and where no end is in sight, as where
    seeds that did not get there may lie on either side of the boundary."""
    if min(found.p_for or 0.0, found.p_against or 0.0) > WORTHWHILE:
        return None
    region = _scaled(reading)
    bounds = [bound for bound in (region.low, region.high) if bound is not None]
    if reading.figure == "solved":
        return rule.look.more_seeds(lambda part: more_of_a_share(found.values, bounds, rule.favour * part))
    sides = [[typical(ends) > bound for bound in bounds] for ends in zip(*found.ends.values(), strict=True)]
    if sides[0] != sides[1]:
        return None
    bound = min(bounds, key=lambda bound: abs(typical(found.values) - bound))
    choices = found.choices(above=typical(found.values) > bound)
    gaps = [abs(typical(values) - bound) if values else 0.0 for values in choices]
    return rule.look.more_seeds(lambda part: _at_each(choices, gaps, rule.favour * part))


def _at_each(choices: Sequence[Sequence[float]], gaps: Sequence[float], level: float) -> int | None:
    each = [more_seeds(values, [gap], level) for values, gap in zip(choices, gaps, strict=True)]
    known = [more for more in each if more is not None]
    return max(known) if known and len(known) == len(each) else None


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
