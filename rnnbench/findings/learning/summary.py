"""The sentences of an answer: which cell leads a condition, and by which figures."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from rnnbench import text
from rnnbench.findings.learning.records import Arm, Comparison
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import MetricNote

TRIVIAL_DIGITS = 4
"""Significant digits of the score of the trivial forecast."""


class Goal(NamedTuple):
    """The target of a condition and the score of the trivial forecast, each where there is one."""

    metric: MetricNote
    target: float | None
    trivial: float | None
    trivial_forecast: str

    def __str__(self) -> str:
        assert self.target is not None
        sign = "≤" if self.metric.direction == "lower" else "≥"
        return f"{self.metric.name} {sign} {text.setting(self.target)}"


def solved(
    leader: Arm,
    others: Sequence[Arm],
    goal: Goal,
    budget: int,
    confirmed: Collection[str],
    *,
    verb: str,
) -> str:
    """Return how often and when each cell reaches the target, the leader first."""
    assert leader.epochs
    assert leader.row in confirmed
    rest = [_solved_by(arm, confirmed) for arm in others]
    mean = f"{_epochs(leader.epochs)}, a mean up to the budget of {budget}"
    seeds = text.plural("seed", len(leader.seeds))
    lead = f"{leader.row} {verb}: {goal} in {_times(leader)} {seeds}, after {mean}"
    return "; ".join([lead, *rest]) + "."


def _solved_by(arm: Arm, confirmed: Collection[str]) -> str:
    if not arm.seeds:
        is_untried = set(arm.lost) == {"stopped"}
        return f"{arm.row} {'was not tried' if is_untried else 'has no result'}"
    if not arm.solved or arm.epochs is None:
        return f"{arm.row} in {_times(arm)}"
    if arm.row not in confirmed:
        return (
            f"{arm.row} in {_times(arm)} on validation data, which its test score does not confirm"
        )
    return f"{arm.row} in {_times(arm)}, after {_epochs(arm.epochs)}"


def unsolved(leader: Arm, others: Sequence[Arm], goal: Goal, *, beaten: bool, verb: str) -> str:
    """Return which cell has the best test score, and whether it beats the trivial forecast.

    beaten: whether some cell beats the trivial forecast.
    """
    score = leader.test[goal.metric.name]
    trivial = ""
    written = text.rounded(score.centre)
    if goal.trivial is not None:
        trivial = text.apart(goal.trivial, score.centre, TRIVIAL_DIGITS)
        written = text.apart(score.centre, goal.trivial)
    reads = f"{goal.metric.name} {written}{around(score)}"
    if trivial and not beaten:
        nobody = f"No cell beats “{goal.trivial_forecast}” ({trivial})"
        return f"{nobody}; the nearest is {leader.row} with test {reads}."
    if trivial:
        reads += f" (“{goal.trivial_forecast}” gives {trivial})"
    if goal.target is None:
        return f"{leader.row} {verb} with test {reads}."
    lucky = [arm.row for arm in (leader, *others) if arm.solved]
    if lucky:
        reached = (
            f"{' and '.join(lucky)} reached {goal} on validation data, which the test score does"
            " not confirm"
        )
    else:
        reached = f"no cell reaches {goal} twice in a row"
    return f"{leader.row} {verb} with test {reads}; {reached}."


def level(leader: str, tie: Sequence[str]) -> str:
    """Return which cells have exactly the leader's figure; empty where none has."""
    if not tie:
        return ""
    return f"{' and '.join(tie)} {'is' if len(tie) == 1 else 'are'} level with {leader}."


def ahead(comparisons: Sequence[Comparison]) -> str:
    """Return in how many seeds the first cell is ahead of each other one, for want of a verdict."""
    paired = [comparison for comparison in comparisons if comparison.pairs]
    if not paired:
        return "comes first" if comparisons else "is the only cell"
    first, *others = paired
    rest = "".join(f", of {each.other} in {each.wins} of {each.pairs}" for each in others)
    return f"is ahead of {first.other} in {first.wins} of {text.counted(first.pairs, 'seed')}{rest}"


def _times(arm: Arm) -> str:
    return f"{arm.solved} of {len(arm.seeds)}"


def _epochs(figure: Range) -> str:
    return f"{text.rounded_count(figure.centre, 'epoch')}{around(figure)}"


def around(figure: Range, digits: int = 3) -> str:
    """Return ` [0.5 to 0.8 at 95 %]`, to so many significant digits.

    The result is empty where both ends are written alike.
    """
    if text.rounded(figure.low, digits) == text.rounded(figure.high, digits):
        return ""
    what = "over seeds" if figure.kind == "range" else "at 95 %"
    return f" {text.interval(figure.low, figure.high, what, digits)}"
