"""The sentences of an answer."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from rnnbench.findings.ranges import Range
from rnnbench.findings.records import Arm, Comparison
from rnnbench.records import MetricNote

ANSWERS = {
    "better": "is better than",
    "worse": "is worse than",
    "equivalent": "is equivalent, within the margin, to",
    "undecided": "is not told apart from",
    "too few seeds": "has too few seeds in common with",
}


class Goal(NamedTuple):
    """What is to be reached, and the score of the trivial forecast, where there is one."""

    metric: MetricNote
    target: float
    trivial: float | None
    trivial_forecast: str

    def __str__(self) -> str:
        return f"{self.metric.name} {'≤' if self.metric.direction == 'lower' else '≥'} {self.target:g}"


def solved(
    leader: Arm, others: Sequence[Arm], goal: Goal, budget: int, confirmed: Collection[str], *, verb: str
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
        return f"{arm.row} in {_times(arm)} on validation data, which its test score does not confirm"
    return f"{arm.row} in {_times(arm)}, after {_epochs(arm.epochs)}"


def unsolved(leader: Arm, others: Sequence[Arm], goal: Goal, *, beaten: bool, verb: str) -> str:
    """Whose test score is best, and whether it beats the trivial forecast."""
    reads = f"{goal.metric.name} {_median(leader.test[goal.metric.name])}"
    if goal.trivial is not None and not beaten:
        nobody = f"No cell beats “{goal.trivial_forecast}” ({goal.trivial:.4g})"
        return f"{nobody}; the nearest is {leader.row} with test {reads}."
    beside = f" (“{goal.trivial_forecast}” gives {goal.trivial:.4g})" if goal.trivial is not None else ""
    lucky = [arm.row for arm in (leader, *others) if arm.solved]
    reached = (
        f"{' and '.join(lucky)} reached {goal} on validation data, which the test score does not confirm"
        if lucky
        else f"no cell reaches {goal} twice in a row"
    )
    return f"{leader.row} {verb} with test {reads}{beside}; {reached}."


def level(leader: str, tie: Sequence[str]) -> str:
    """Who has exactly the leader's figure."""
    return f"{' and '.join(tie)} {'is' if len(tie) == 1 else 'are'} level with {leader}." if tie else ""


def ahead(comparisons: Sequence[Comparison]) -> str:
    """What can be said below a verdict: in how many seeds the first cell is ahead of each other one."""
    known = [c for c in comparisons if c.pairs]
    if not known:
        return "comes first" if comparisons else "is the only cell"
    first, *others = known
    rest = "".join(f", of {c.other} in {c.wins} of {c.pairs}" for c in others)
    return f"is ahead of {first.other} in {first.wins} of {_seeds(first.pairs)}{rest}"


def how_sure(leader: str, comparisons: Sequence[Comparison], *, told: bool) -> str:
    """What the paired seeds carry. `told`: whether it was said already in how many of them the first cell is ahead."""
    known = [c for c in comparisons if c.pairs]
    if not known:
        return "There is nothing to compare with."
    seeds_ahead = ", ".join(f"{c.other} in {c.wins} of {c.pairs}" for c in known)
    if all(c.p_value is None for c in known):
        seeds, needed = max(c.pairs for c in known), max(c.needed for c in known)
        telling = max((c.effect.n for c in known if c.effect), default=0)
        few = _seeds(seeds) if seeds < needed else f"{_seeds(telling)} in which one of two cells gets there"
        by_seed = "" if told else f" By seed, {leader} is ahead of {seeds_ahead}."
        return f"No verdict: {few} cannot carry one ({needed} can).{by_seed}"
    parts: list[str] = []
    for answer, words in ANSWERS.items():
        others = [_tested(c) for c in known if c.answer == answer]
        if others:
            parts.append(f"{'it' if parts else leader} {words} {', '.join(others)}")
    return f"By paired seeds, {'; '.join(parts)}.{'' if told else f' Ahead of {seeds_ahead}.'}"


def _tested(comparison: Comparison) -> str:
    if comparison.answer == "equivalent":
        return comparison.other
    more = f"; about {comparison.more_seeds} more seeds would probably decide" if comparison.more_seeds else ""
    p_value = comparison.p_value
    sure = "" if p_value is None else f" (p = {p_value:.2g}{more})"
    return f"{comparison.other}{sure}"


def _times(arm: Arm) -> str:
    return f"{arm.solved} of {len(arm.seeds)}"


def _seeds(count: int) -> str:
    return f"{count} seed{'s' if count != 1 else ''}"


def _epochs(figure: Range) -> str:
    return f"{figure.centre:.3g} epochs{_around(figure)}"


def _median(figure: Range) -> str:
    return f"{figure.centre:.3g}{_around(figure)}"


def _around(figure: Range) -> str:
    low, high = f"{figure.low:.3g}", f"{figure.high:.3g}"
    return "" if low == high else f" [{low} to {high} {'over seeds' if figure.kind == 'range' else 'at 95 %'}]"
