"""Conditions of a claim that are open: why they are, and how many more seeds would probably decide
them."""

from collections.abc import Sequence
from typing import NamedTuple

from rnnbench.findings.claims.evidence_records import Evidence, logs
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.power import WORTHWHILE, more_of_a_share, more_seeds
from rnnbench.records import Question, Reading, Region


class Rule(NamedTuple):
    """What a condition is decided by: the look, with the error that it is allowed, the number of
    conditions that share it, and how many times an equal part of it the p-value may be that is
    small enough for the first of them.
    """

    look: Schedule
    level: float
    family: int
    favour: float


def why_open(found: Evidence, question: Question, rule: Rule, *, measured: bool) -> str:
    if found.reason:
        return found.reason
    if found.effect is None:
        return "" if found.lost else "nothing measured"
    if measured and found.slack:
        return "not clear of the boundary by the 15 % that ratios of two kinds move from day to day"
    if measured and min(found.p_for or 0.0, found.p_against or 0.0) <= LEVEL:
        return (
            f"clear by itself, not as one of {rule.family} conditions decided at {rule.level:.2g}"
            " together"
        )
    if measured and question.step_time:
        return (
            "epochs and time together, by half of the error each and 15 % between kinds, reach over"
            " the boundary"
        )
    if measured:
        return "the interval reaches over the boundary, or would if all were known"
    return f"{found.n} of {rule.look.needed} seeds that can carry a verdict"


def seeds_to_decide(reading: Reading, found: Evidence, rule: Rule) -> int | None:
    """How many more seeds like those seen would decide in four of five cases at the next look, at
    every choice of rates that has to be passed. None where nothing is seen that could be decided,
    and where no end is in sight, as where seeds that did not get there may lie on either side of
    the boundary."""
    if min(found.p_for or 0.0, found.p_against or 0.0) > WORTHWHILE:
        return None
    region = scaled(reading)
    bounds = [bound for bound in (region.low, region.high) if bound is not None]
    if reading.figure == "solved":
        return rule.look.more_seeds(
            lambda part: more_of_a_share(found.values, bounds, rule.favour * part)
        )
    sides = [
        [typical(ends) > bound for bound in bounds]
        for ends in zip(*found.ends.values(), strict=True)
    ]
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


def scaled(reading: Reading) -> Region:
    """The region on the scale of the values of seeds."""
    return logs(reading.region) if reading.is_ratio else reading.region
