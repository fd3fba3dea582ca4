"""Which cell, and how sure: one sentence each, from the arms of a condition.

One figure decides, and it is the one that is tested. Where some cell reaches the target: epochs to target, with the
whole budget for seeds that never get there. Otherwise: the test score. The target is watched on validation data, so
that reaching it counts only for a cell that beats the trivial forecast on test data too (prices are forecast well
on some year by luck). A cell that lacks figures for some seeds is ranked behind those that have them, so that survivors
do not win.

Comparisons are paired by seed. Sign-flip tests with Holm's adjustment over all pairs hold their level at any number of
seeds, and below `seeds_needed` they cannot reach it, so that no verdict is given there.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TypedDict

import numpy as np

from rnnbench.findings import wording
from rnnbench.findings.estimates import holm, seeds_needed, sign_flip
from rnnbench.findings.records import Arm, Comparison
from rnnbench.records import Learning

EPOCHS = "epochs to target"
Figures = Mapping[str, Mapping[int, Learning | None]]
"""For each cell and seed the learning record; None where the trial gave none."""
Losses = dict[str, dict[int, float]]
"""For each cell and seed the figure that decides, turned so that lower is better."""


class Answer(TypedDict):
    """The part of a condition that answers."""

    figure: str
    leader: str | None
    answer: str
    sure: str
    comparisons: tuple[Comparison, ...]


def answer(arms: Sequence[Arm], figures: Figures, budget: int) -> Answer:
    """The answer that these arms give; at least one trial has a learning record."""
    first = next(learning for by_seed in figures.values() for learning in by_seed.values() if learning)
    confirmed = {arm.row for arm in arms if arm.solved and beats_trivial(arm, first)}
    losses = _epoch_losses(figures, confirmed, budget) if confirmed else _test_losses(figures)
    figure = EPOCHS if confirmed else first.metrics[0].name
    seeds = {seed for by_seed in figures.values() for seed in by_seed}
    ranked = sorted((arm for arm in arms if losses[arm.row]), key=lambda arm: _rank(losses[arm.row], len(seeds)))
    if not ranked:
        return Answer(figure=figure, leader=None, answer="No cell has a test score.", sure="", comparisons=())
    leader, others = ranked[0], [*ranked[1:], *(arm for arm in arms if not losses[arm.row])]
    comparisons = _compare(leader.row, losses)
    tie = [arm.row for arm in others if losses[arm.row] and _rank(losses[arm.row], 0) == _rank(losses[leader.row], 0)]
    text = (
        wording.solved(leader, others, first, budget, confirmed)
        if confirmed
        else wording.unsolved(leader, first, beaten=beats_trivial(leader, first))
    )
    return Answer(
        figure=figure,
        leader=leader.row if confirmed or beats_trivial(leader, first) else None,
        answer=f"{text} {wording.level(leader.row, tie)}".strip(),
        sure=wording.how_sure(leader.row, comparisons, len(ranked)),
        comparisons=comparisons,
    )


def beats_trivial(arm: Arm, first: Learning) -> bool:
    """Whether the median test score beats that of the trivial forecast, or there is no such forecast to beat."""
    metric = first.metrics[0]
    trivial, score = first.trivial.get(metric.name), arm.test.get(metric.name)
    if trivial is None or score is None:
        return score is not None
    return metric.better(score.centre, trivial)


def _epoch_losses(figures: Figures, confirmed: set[str], budget: int) -> Losses:
    """Epochs to target; the whole budget where it was not reached, or was not confirmed on test data."""
    return {
        row: {
            seed: float(learning.epochs_to_target or budget) if row in confirmed else float(budget)
            for seed, learning in by_seed.items()
            if learning
        }
        for row, by_seed in figures.items()
    }


def _test_losses(figures: Figures) -> Losses:
    return {
        row: {
            seed: learning.metrics[0].loss(learning.test[learning.metrics[0].name])
            for seed, learning in by_seed.items()
            if learning and learning.metrics[0].name in learning.test
        }
        for row, by_seed in figures.items()
    }


def _rank(losses: Mapping[int, float], seeds: int) -> tuple[int, float]:
    """Seeds that are missing first, then the mean."""
    return max(0, seeds - len(losses)), float(np.mean(list(losses.values())))


def _compare(leader: str, losses: Losses) -> tuple[Comparison, ...]:
    """The leader against each other cell; p-values are adjusted over all pairs, as the data picked the leader."""
    pairs = list(combinations(sorted(row for row in losses if losses[row]), 2))
    differences = {(a, b): [losses[b][s] - losses[a][s] for s in losses[a] if s in losses[b]] for a, b in pairs}
    needed = seeds_needed(len(pairs))
    testable = [pair for pair in pairs if len(differences[pair]) >= needed]
    adjusted = dict(zip(testable, holm([sign_flip(differences[pair]) for pair in testable]), strict=True))
    comparisons = []
    for a, b in pairs:
        if leader not in (a, b):
            continue
        sign = 1 if leader == a else -1
        gains = [sign * difference for difference in differences[a, b]]
        comparisons.append(
            Comparison(
                other=b if leader == a else a,
                wins=sum(gain > 0 for gain in gains),
                pairs=len(gains),
                gain=float(np.mean(gains)) if gains else None,
                p_value=adjusted.get((a, b)),
            )
        )
    return tuple(comparisons)
