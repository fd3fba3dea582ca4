"""Open conditions of a claim: why they are open, and how many more seeds would probably decide."""

from collections.abc import Sequence
from typing import NamedTuple

from rnnbench import text
from rnnbench.findings.claims.evidence_records import Evidence, logs
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.power import WORTHWHILE, more_of_a_share, more_seeds
from rnnbench.records import Question, Reading, Region

NOTHING = "nothing measured"
"""Why a condition is open under which there is nothing to compare."""


class Rule(NamedTuple):
    """The rule by which a look decides a condition.

    look:   the look.
    level:  the error that the look may spend.
    family: the number of conditions that share the error.
    favour: how many times an equal part of the error the p-value of the first condition may be.
    """

    look: Schedule
    level: float
    family: int
    favour: float


def why_open(evidence: Evidence, question: Question, rule: Rule, *, measured: bool) -> str:
    """Return why a condition is open, in words; `measured` says whether it has a p-value."""
    if evidence.reason:
        return evidence.reason
    if evidence.effect is None:
        return "" if evidence.lost else NOTHING
    if not measured:
        return f"{evidence.n} of {rule.look.needed} seeds that can carry a verdict"
    if evidence.clearance > 1 and not question.step_time:
        return (
            "too close to the boundary; a ratio of two kinds of cells varies by up to 15 % between"
            " sessions"
        )
    if evidence.smaller_p <= LEVEL:
        return (
            f"clear by itself, but not as one of {rule.family} conditions that are decided together"
            f" at {text.rounded(rule.level, 2)}"
        )
    if question.step_time:
        return (
            "the interval of epochs times step time, with half of the error each and 15 % between"
            " kinds, contains the boundary"
        )
    return "the interval contains the boundary, or would if every seed were known"


def seeds_to_decide(reading: Reading, evidence: Evidence, rule: Rule) -> int | None:
    """Return how many more such seeds would decide a condition in four of five cases.

    They decide at the next look, at every choice of learning rates that has to be tested. None
    where the p-values suggest no effect, and where no number of seeds is enough, such as where
    censored seeds may lie on either side of the boundary.
    """
    if evidence.smaller_p > WORTHWHILE:
        return None
    region = scaled(reading)
    bounds = [bound for bound in (region.low, region.high) if bound is not None]
    if reading.figure == "solved":
        return rule.look.more_seeds(
            lambda level: more_of_a_share(evidence.values, bounds, rule.favour * level)
        )
    if not _is_one_sided(evidence, bounds):
        return None
    centre = typical(evidence.values)
    bound = min(bounds, key=lambda bound: abs(centre - bound))
    choices = evidence.choices(above=centre > bound)
    gaps = [abs(typical(values) - bound) if values else 0.0 for values in choices]
    return rule.look.more_seeds(lambda level: _most_seeds(choices, gaps, rule.favour * level))


def scaled(reading: Reading) -> Region:
    """Return the region of a reading on the scale of the effects in seeds."""
    return logs(reading.region) if reading.is_ratio else reading.region


def _is_one_sided(evidence: Evidence, bounds: Sequence[float]) -> bool:
    """Whether the lower and the upper ends of the seeds lie on the same side of each bound."""
    lows, highs = zip(*evidence.ends.values(), strict=True)
    low = typical(lows)
    high = typical(highs)
    return [low > bound for bound in bounds] == [high > bound for bound in bounds]


def _most_seeds(
    choices: Sequence[Sequence[float]], gaps: Sequence[float], level: float
) -> int | None:
    """Return the seeds for the choice that needs most; None where one has no such number."""
    each = [more_seeds(values, [gap], level) for values, gap in zip(choices, gaps, strict=True)]
    known = [more for more in each if more is not None]
    return max(known) if known and len(known) == len(each) else None
