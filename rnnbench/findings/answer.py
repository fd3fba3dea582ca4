"""Which cell, and how sure: one sentence each, from the arms of a condition.

What decides: how often cells reach the target, and in how many epochs; if nobody reaches it, the test score. The
target is watched on validation data, so that reaching it counts only for a cell that beats the trivial forecast on
test data too (prices are forecast well on some year by luck). The comparison is paired by seed. Sign-flip
tests with Holm's adjustment over all pairs hold their level at any number of seeds, and below `seeds_needed` they
cannot reach it, so that no verdict is given there.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TypedDict

from rnnbench.findings.estimates import LEVEL, holm, seeds_needed, sign_flip
from rnnbench.findings.records import Arm, Comparison, Range
from rnnbench.records import Learning, MetricNote

EPOCHS = "epochs to target"
Losses = dict[str, dict[int, float]]
"""For each cell and seed the figure that decides, turned so that lower is better."""


class Answer(TypedDict):
    """The part of a condition that answers."""

    figure: str
    leader: str | None
    answer: str
    sure: str
    comparisons: tuple[Comparison, ...]


def answer(arms: Sequence[Arm], figures: Mapping[str, Mapping[int, Learning | None]], budget: int) -> Answer:
    """The answer that these arms give; `figures` are their learning records by cell and seed."""
    learned = {row: {s: x for s, x in by_seed.items() if x} for row, by_seed in figures.items()}
    first = next(x for by_seed in learned.values() for x in by_seed.values())
    metric = first.metrics[0]
    by_epochs = any(arm.solved and _beats_trivial(arm, first) for arm in arms)
    losses = _epoch_losses(learned, budget) if by_epochs else _test_losses(learned, metric)
    figure = EPOCHS if by_epochs else metric.name
    ranked = sorted((arm for arm in arms if losses[arm.row]), key=lambda arm: _rank(arm, losses[arm.row]))
    if not ranked:
        return Answer(figure=figure, leader=None, answer="No cell has a test score.", sure="", comparisons=())
    leader = ranked[0]
    comparisons = _compare(leader.row, losses)
    text = _solved_text(ranked, arms, metric, first.target, budget) if by_epochs else _unsolved_text(leader, first)
    return Answer(
        figure=figure,
        leader=leader.row,
        answer=text,
        sure=_how_sure(leader.row, comparisons, len(losses)),
        comparisons=comparisons,
    )


def _epoch_losses(learned: Mapping[str, Mapping[int, Learning]], budget: int) -> Losses:
    return {
        row: {s: float(budget if x.epochs_to_target is None else x.epochs_to_target) for s, x in by_seed.items()}
        for row, by_seed in learned.items()
    }


def _test_losses(learned: Mapping[str, Mapping[int, Learning]], metric: MetricNote) -> Losses:
    sign = 1.0 if metric.direction == "lower" else -1.0
    return {
        row: {seed: sign * x.test[metric.name] for seed, x in by_seed.items() if metric.name in x.test}
        for row, by_seed in learned.items()
    }


def _rank(arm: Arm, losses: Mapping[int, float]) -> tuple[float, float]:
    return -arm.solved / max(len(arm.seeds), 1), sum(losses.values()) / len(losses)


def _compare(leader: str, losses: Losses) -> tuple[Comparison, ...]:
    """The leader against each other cell; p-values are adjusted over all pairs, as the data picked the leader."""
    pairs = list(combinations(sorted(losses), 2))
    differences = {(a, b): [losses[b][s] - losses[a][s] for s in losses[a] if s in losses[b]] for a, b in pairs}
    needed = seeds_needed(len(pairs))
    testable = [pair for pair in pairs if len(differences[pair]) >= needed]
    adjusted = dict(zip(testable, holm([sign_flip(differences[pair]) for pair in testable]), strict=True))
    comparisons = []
    for a, b in pairs:
        if leader in (a, b):
            sign = 1 if leader == a else -1
            wins = sum(sign * d > 0 for d in differences[a, b])
            other = b if leader == a else a
            comparisons.append(Comparison(other, wins, len(differences[a, b]), adjusted.get((a, b))))
    return tuple(comparisons)


def _solved_text(ranked: Sequence[Arm], arms: Sequence[Arm], metric: MetricNote, target: float, budget: int) -> str:
    leader, *others = ranked
    assert leader.epochs
    text = (
        f"{leader.row} leads: {_goal(metric, target)} in {_times(leader)} seeds, "
        f"after {_range(leader.epochs)} epochs on average (budget {budget})"
    )
    rest = [
        f"{x.row} in {_times(x)}" + (f", after {_range(x.epochs)}" if x.solved and x.epochs else "") for x in others
    ]
    rest += [f"{arm.row} has no result" for arm in arms if arm not in ranked]
    return "; ".join([text, *rest]) + "."


def _goal(metric: MetricNote, target: float) -> str:
    return f"{metric.name} {'≤' if metric.direction == 'lower' else '≥'} {target:g}"


def _times(arm: Arm) -> str:
    return f"{arm.solved} of {len(arm.seeds)}"


def _beats_trivial(arm: Arm, first: Learning) -> bool:
    """Whether the median test score beats that of the trivial forecast, or there is no such forecast to beat."""
    metric = first.metrics[0]
    trivial, score = first.trivial.get(metric.name), arm.test.get(metric.name)
    if trivial is None or score is None:
        return score is not None
    return score.centre < trivial if metric.direction == "lower" else score.centre > trivial


def _unsolved_text(leader: Arm, first: Learning) -> str:
    metric = first.metrics[0]
    best = leader.test[metric.name]
    reads = f"{metric.name} {_range(best)}"
    goal = _goal(metric, first.target)
    trivial = first.trivial.get(metric.name)
    if trivial is None:
        return f"{leader.row} leads with test {reads}; no cell reaches {goal} twice in a row."
    if not _beats_trivial(leader, first):
        return (
            f"No cell beats “{first.trivial_forecast}” ({trivial:.4g}); the nearest is {leader.row} with test {reads}."
        )
    return (
        f"{leader.row} leads with test {reads} (“{first.trivial_forecast}” gives {trivial:.4g}); "
        f"no cell reaches {goal} twice in a row."
    )


def _range(figure: Range) -> str:
    centre, low, high = f"{figure.centre:.3g}", f"{figure.low:.3g}", f"{figure.high:.3g}"
    return centre if low == high else f"{centre} [{low} to {high}]"


def _how_sure(leader: str, comparisons: Sequence[Comparison], cells: int) -> str:
    if not comparisons:
        return "One cell only: there is nothing to compare."
    needed = seeds_needed(cells * (cells - 1) // 2)
    ahead = ", ".join(f"{c.other} in {c.wins} of {c.pairs}" for c in comparisons)
    tested = [c for c in comparisons if c.p_value is not None]
    if not tested:
        seeds = max(c.pairs for c in comparisons)
        return f"No verdict: {seeds} seeds cannot carry one ({needed} can). By seed, {leader} is ahead of {ahead}."
    better = [f"{c.other} (p = {c.p_value:.2g})" for c in tested if c.p_value is not None and c.p_value <= LEVEL]
    open_ = [f"{c.other} (p = {c.p_value:.2g})" for c in tested if c.p_value is not None and c.p_value > LEVEL]
    open_ += [f"{c.other} (too few seeds)" for c in comparisons if c.p_value is None]
    parts = [f"{leader} is better than {', '.join(better)}"] if better else []
    parts += [f"not told apart from {', '.join(open_)}"] if open_ else []
    return f"By {max(c.pairs for c in comparisons)} paired seeds, {'; '.join(parts)}. Ahead of {ahead}."
