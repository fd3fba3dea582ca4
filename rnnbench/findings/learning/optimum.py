"""How wide the optimum of a learning rate is: the rates at which a cell is nearly at its best."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnnbench.findings.learning.grouping import learning_trial
from rnnbench.findings.learning.scored import Scored, rank, scored
from rnnbench.findings.learning.search_records import Optimum
from rnnbench.records import Recipe, Result

EPOCHS_FACTOR = 1.5
"""A rate is near the best one where it needs at most so many times the epochs to target."""
SCORE_SHARE = 0.1
"""Where no rate reaches the target, a rate is near the best one where its validation score is worse
by at most this part of the way from the trivial forecast to the best score."""
Trainings = Mapping[float, Mapping[int, Scored]]
"""Trainings by rate and seed."""


def optimum(
    results: Mapping[float, Sequence[Result]], best: float | None, trivial: Mapping[str, float]
) -> tuple[Optimum | None, str]:
    """Return the width of a learning-rate optimum, or None and the reason why there is none.

    The optimum is the unbroken run of trained rates around the best one that are near it. A rate is
    compared with the best one over the seeds that both have, by means of epochs to target or, where
    the best rate never reaches the target, of validation scores; a rate that lost more of these
    seeds is not near.

    results: the trainings of a search by rate.
    best:    the rate that the search chose.
    trivial: the test scores of the trivial forecast by metric.
    """
    trainings: dict[float, dict[int, Scored]] = {}
    for rate, of_rate in results.items():
        trainings[rate] = {learning_trial(result).seed: scored(result) for result in of_rate}
    if best not in trainings:
        return None, "the search chose none of its rates"
    at_best = list(trainings[best].values())
    if all(training.lost for training in at_best):
        return None, "every training at the best rate was lost"
    if len(trainings) == 1:
        return None, "a single rate was trained"
    recipe = learning_trial(results[best][0]).recipe
    margin = None
    if not any(training.epochs for training in at_best):
        margin, reason = _score_margin(results[best], at_best, trivial)
        if margin is None:
            return None, reason
    return _around(best, trainings, recipe, margin), ""


def _score_margin(
    results: Sequence[Result], trainings: Sequence[Scored], trivial: Mapping[str, float]
) -> tuple[float | None, str]:
    """By how much a score may be worse, or None and the reason."""
    first = next(result.learning for result in results if result.learning)
    metric = first.metrics[0]
    if metric.name not in trivial:
        return None, "the trivial forecast, which sets the margin, has no score"
    losses = [training.loss for training in trainings if training.loss is not None]
    way = metric.loss(trivial[metric.name]) - float(np.mean(losses))
    if way <= 0:
        return None, "no rate was better than the trivial forecast"
    return SCORE_SHARE * way, ""


def _around(
    best: float, trainings: Trainings, recipe: Recipe, score_margin: float | None
) -> Optimum:
    rates = sorted(trainings)
    low = high = rates.index(best)

    def is_near(place: int) -> bool:
        if not 0 <= place < len(rates):
            return False
        return _is_near(trainings[rates[place]], trainings[best], recipe, score_margin)

    while is_near(low - 1):
        low -= 1
    while is_near(high + 1):
        high += 1
    return Optimum(
        low=rates[low],
        high=rates[high],
        is_open_below=low == 0,
        is_open_above=high == len(rates) - 1,
        by_epochs=score_margin is None,
    )


def _is_near(
    trainings: Mapping[int, Scored],
    at_best: Mapping[int, Scored],
    recipe: Recipe,
    score_margin: float | None,
) -> bool:
    common = [seed for seed in trainings if seed in at_best]
    if not common:
        return False
    lost, epochs, loss = rank([trainings[seed] for seed in common], recipe.epochs)
    best_lost, best_epochs, best_loss = rank([at_best[seed] for seed in common], recipe.epochs)
    if lost > best_lost or lost == len(common):
        return False
    if score_margin is None:
        return epochs <= EPOCHS_FACTOR * best_epochs
    return loss <= best_loss + score_margin
