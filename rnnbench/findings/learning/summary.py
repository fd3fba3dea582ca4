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
    lead: str,
) -> str:
    """Return sentences on how often and when each cell reaches the target, the leader first.

    lead: a sentence on the leader, such as `gru leads.`
    """
    assert leader.epochs
    assert leader.row in confirmed
    each = [_solved_by(arm, goal, budget, confirmed) for arm in (leader, *others)]
    return " ".join([lead, *each])


def _solved_by(arm: Arm, goal: Goal, budget: int, confirmed: Collection[str]) -> str:
    """Return a sentence on one cell.

    For example: `gru reaches mse ≤ 0.01 in 3 of 3 seeds, after 3 epochs [1.58 to 11.5 at 95 %], a
    mean up to the budget of 15.`
    """
    if not arm.seeds:
        is_untried = set(arm.lost) == {"stopped"}
        return f"{arm.row} {'was not tried' if is_untried else 'has no result'}."
    reaches = f"{arm.row} reaches {goal} in {_times(arm)}"
    if not arm.solved or arm.epochs is None:
        return f"{reaches}."
    if arm.row not in confirmed:
        return f"{reaches} on validation data, which its test score does not confirm."
    return f"{reaches}, after {_epochs(arm.epochs)}, a mean up to the budget of {budget}."


def unsolved(leader: Arm, others: Sequence[Arm], goal: Goal, *, beaten: bool, lead: str) -> str:
    """Return sentences on which cell has the best test score, and the trivial forecast.

    beaten: whether some cell beats the trivial forecast.
    lead:   a sentence on the leader, such as `gru leads.`
    """
    score = leader.test[goal.metric.name]
    trivial = ""
    written = text.rounded(score.centre)
    if goal.trivial is not None:
        trivial = text.apart(goal.trivial, score.centre, TRIVIAL_DIGITS)
        written = text.apart(score.centre, goal.trivial)
    reads = f"test {goal.metric.name} {written}{around(score)}"
    if trivial and not beaten:
        forecast = f"“{goal.trivial_forecast}”"
        nobody = f"No cell beats {forecast} (test {goal.metric.name} {trivial})."
        return f"{nobody} {leader.row} comes nearest to {forecast}, with {reads}."
    has = f"{leader.row} has {reads}"
    if trivial:
        has += f", where “{goal.trivial_forecast}” has {trivial}"
    if goal.target is None:
        return f"{lead} {has}."
    return f"{lead} {has}. {_reached(leader, others, goal)}"


def _reached(leader: Arm, others: Sequence[Arm], goal: Goal) -> str:
    """Return a sentence on the cells that reached the target on validation data alone."""
    lucky = [arm.row for arm in (leader, *others) if arm.solved]
    if not lucky:
        return f"No cell reaches {goal} in two epochs in a row."
    scores = "its test score does" if len(lucky) == 1 else "their test scores do"
    cells = text.enumerated(lucky)
    return f"{cells} reached {goal} on validation data, which {scores} not confirm."


def level(leader: str, tie: Sequence[str]) -> str:
    """Return which cells have exactly the leader's figure; empty where none has."""
    if not tie:
        return ""
    return f"{text.enumerated(tie)} {'is' if len(tie) == 1 else 'are'} level with {leader}."


def ahead(leader: str, comparisons: Sequence[Comparison]) -> str:
    """Return in how many seeds the first cell is ahead of the others, for want of a verdict.

    Cells with the same numbers share a sentence: `gru is ahead of lstm and rnn in 3 of 3 seeds.`
    """
    others: dict[tuple[int, int], list[str]] = {}
    for comparison in comparisons:
        if comparison.pairs:
            others.setdefault((comparison.wins, comparison.pairs), []).append(comparison.other)
    if not others:
        return f"{leader} {'comes first' if comparisons else 'is the only cell'}."
    sentences = []
    for (wins, pairs), rows in others.items():
        seeds = text.counted(pairs, "seed")
        sentences.append(f"{leader} is ahead of {text.enumerated(rows)} in {wins} of {seeds}.")
    return " ".join(sentences)


def _times(arm: Arm) -> str:
    return f"{arm.solved} of {text.counted(len(arm.seeds), 'seed')}"


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
