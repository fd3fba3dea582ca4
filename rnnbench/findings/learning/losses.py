"""Losses of cells by seed, from their learning records: epochs to target, or test scores.

A loss is turned so that lower is better.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from rnnbench.findings.learning.overall import Solved
from rnnbench.findings.learning.pairing import EPOCHS_MARGIN, SCORE_MARGIN, Losses, Scale
from rnnbench.findings.learning.summary import Goal
from rnnbench.records import Learning

BySeed = Mapping[int, Learning | None]
"""Learning records by seed; None where the trial gave none."""
Figures = Mapping[str, Sequence[BySeed]]
"""Learning records of each cell at each rate that its search left, the best rate first."""


def epoch_losses(figures: Figures, goal: Goal, budget: int) -> Losses:
    """Return epochs to target.

    The whole budget counts where the target was not reached, or where test data do not confirm the
    rate.
    """
    losses = {}
    for row, rates in figures.items():
        by_rate = [_epochs_at_rate(by_seed, goal, budget) for by_seed in rates]
        losses[row] = _with_lost_seeds(rates, by_rate)
    return losses


def score_losses(figures: Figures) -> Losses:
    """Return test scores by the deciding metric, for the seeds that have one."""
    losses = {}
    for row, rates in figures.items():
        by_rate = [_test_scores_at_rate(by_seed) for by_seed in rates]
        losses[row] = _with_lost_seeds(rates, by_rate)
    return losses


def solved_seeds(figures: Figures, goal: Goal) -> Solved:
    """Return the seeds in which each cell reached the target at its best rate.

    Cells whose best rate is not confirmed by test data are left out.
    """
    solved = {}
    for row, rates in figures.items():
        best = rates[0]
        if _is_confirmed(best, goal):
            solved[row] = {seed for seed, learning in best.items() if _reached_target(learning)}
    return solved


def scale_of(goal: Goal, confirmed: Collection[str], losses: Losses, budget: int) -> Scale:
    """Return the scale on which cells are compared.

    Epochs are compared by their ratio, scores by their difference. The margin of scores is a part
    of the way from the trivial forecast to the target; without a target, to the best cell's median
    score; and without such a way, of the median score.
    """
    if confirmed:
        return Scale(ratio=True, margin=float(np.log(EPOCHS_MARGIN)), nothing=float(budget))
    scores: list[float] = []
    for rates in losses.values():
        scores += map(abs, rates[0].values())
    way = _way(goal, losses) or float(np.median(scores or [0.0]))
    return Scale(ratio=False, margin=SCORE_MARGIN * way)


def _way(goal: Goal, losses: Losses) -> float:
    """Return the way from the trivial forecast to the target, or else to the best cell; 0 where
    there is none."""
    if goal.trivial is None:
        return 0.0
    if goal.target is not None:
        return abs(goal.target - goal.trivial)
    medians = [float(np.median([*rates[0].values()])) for rates in losses.values() if rates[0]]
    trivial = goal.metric.loss(goal.trivial)
    return max(trivial - min(medians, default=trivial), 0.0)


def _epochs_at_rate(by_seed: BySeed, goal: Goal, budget: int) -> dict[int, float]:
    confirmed = _is_confirmed(by_seed, goal)
    losses = {}
    for seed, learning in by_seed.items():
        if learning:
            epochs = learning.epochs_to_target if confirmed else None
            losses[seed] = float(epochs or budget)
    return losses


def _test_scores_at_rate(by_seed: BySeed) -> dict[int, float]:
    losses = {}
    for seed, learning in by_seed.items():
        if learning and learning.metrics[0].name in learning.test:
            metric = learning.metrics[0]
            losses[seed] = metric.loss(learning.test[metric.name])
    return losses


def _reached_target(learning: Learning | None) -> bool:
    return learning is not None and learning.epochs_to_target is not None


def _is_confirmed(by_seed: BySeed, goal: Goal) -> bool:
    """Whether the median test score beats the trivial forecast, where there is one."""
    name = goal.metric.name
    records = [learning for learning in by_seed.values() if learning]
    scores = [learning.test[name] for learning in records if name in learning.test]
    if not scores:
        return False
    return goal.trivial is None or goal.metric.better(float(np.median(scores)), goal.trivial)


def _with_lost_seeds(
    rates: Sequence[BySeed], losses: Sequence[dict[int, float]]
) -> list[dict[int, float]]:
    """Add an infinite loss for each seed that was lost at another rate than the best."""
    completed = [losses[0]]
    for by_seed, known in zip(rates[1:], losses[1:], strict=True):
        completed.append({seed: known.get(seed, float("inf")) for seed in by_seed})
    return completed
