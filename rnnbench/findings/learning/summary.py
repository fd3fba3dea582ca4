"""The sentences of an answer."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from rnnbench import text
from rnnbench.findings.learning.records import Arm, Comparison
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import MetricNote


class Goal(NamedTuple):
    """What is to be reached, and the score of the trivial forecast, where there is one."""

    metric: MetricNote
    target: float
    trivial: float | None
    trivial_forecast: str

    def __str__(self) -> str:
        return (
            f"{self.metric.name} {'≤' if self.metric.direction == 'lower' else '≥'} {self.target:g}"
        )


def solved(
    leader: Arm,
    others: Sequence[Arm],
    goal: Goal,
    budget: int,
    confirmed: Collection[str],
    *,
    verb: str,
) -> str:
    """Who reaches the target how often and when, the leader first."""
    assert leader.epochs
    assert leader.row in confirmed
    rest = [_solved_by(arm, confirmed) for arm in others]
    mean = f"{_epochs(leader.epochs)}, a mean up to the budget of {budget}"
    lead = f"{leader.row} {verb}: {goal} in {_times(leader)} seeds, after {mean}"
    return "; ".join([lead, *rest]) + "."


def _solved_by(arm: Arm, confirmed: Collection[str]) -> str:
    if not arm.seeds:
        return f"{arm.row} {'was not tried' if set(arm.lost) == {'stopped'} else 'has no result'}"
    if not arm.solved or arm.epochs is None:
        return f"{arm.row} in {_times(arm)}"
    if arm.row not in confirmed:
        return (
            f"{arm.row} in {_times(arm)} on validation data, which its test score does not confirm"
        )
    return f"{arm.row} in {_times(arm)}, after {_epochs(arm.epochs)}"


def unsolved(leader: Arm, others: Sequence[Arm], goal: Goal, *, beaten: bool, verb: str) -> str:
    """Whose test score is best, and whether it beats the trivial forecast."""
    reads = f"{goal.metric.name} {_median(leader.test[goal.metric.name])}"
    if goal.trivial is not None and not beaten:
        nobody = f"No cell beats “{goal.trivial_forecast}” ({goal.trivial:.4g})"
        return f"{nobody}; the nearest is {leader.row} with test {reads}."
    beside = (
        f" (“{goal.trivial_forecast}” gives {goal.trivial:.4g})" if goal.trivial is not None else ""
    )
    lucky = [arm.row for arm in (leader, *others) if arm.solved]
    reached = (
        f"{' and '.join(lucky)} reached {goal} on validation data, which the test score does not"
        " confirm"
        if lucky
        else f"no cell reaches {goal} twice in a row"
    )
    return f"{leader.row} {verb} with test {reads}{beside}; {reached}."


def level(leader: str, tie: Sequence[str]) -> str:
    """Who has exactly the leader's figure."""
    return (
        f"{' and '.join(tie)} {'is' if len(tie) == 1 else 'are'} level with {leader}."
        if tie
        else ""
    )


def ahead(comparisons: Sequence[Comparison]) -> str:
    """What can be said below a verdict: in how many seeds the first cell is ahead of each other
    one."""
    known = [c for c in comparisons if c.pairs]
    if not known:
        return "comes first" if comparisons else "is the only cell"
    first, *others = known
    rest = "".join(f", of {c.other} in {c.wins} of {c.pairs}" for c in others)
    return f"is ahead of {first.other} in {first.wins} of {text.counted(first.pairs, 'seed')}{rest}"


def _times(arm: Arm) -> str:
    return f"{arm.solved} of {len(arm.seeds)}"


def _epochs(figure: Range) -> str:
    return f"{figure.centre:.3g} epochs{around(figure)}"


def _median(figure: Range) -> str:
    return f"{figure.centre:.3g}{around(figure)}"


def around(figure: Range, digits: int = 3) -> str:
    """` [0.5 to 0.8 at 95 %]`, to so many digits that count; empty where both ends are the same."""
    if text.rounded(figure.low, digits) == text.rounded(figure.high, digits):
        return ""
    what = "over seeds" if figure.kind == "range" else "at 95 %"
    return f" {text.interval(figure.low, figure.high, what, digits)}"
