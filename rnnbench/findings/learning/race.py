"""The learning-rate search by a race: which rates are left after how many seeds, and which is best.

All rates of the grid are trained on the first seeds of the evaluation. From there on, rates that
are significantly worse than the best one are given up, each time that half as many seeds again are
known (F-race, Birattari et al. 2002, with Student's paired test). Rates without a significant
difference are trained on all seeds. Comparisons use all rates that are left, so that the luck of
the choice is inside the error that a verdict states (`choices`, docs/decisions/0024).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import scipy
from msgspec import Struct

from rnnbench.findings.learning.scored import Scored, Table, ranks, reached
from rnnbench.findings.learning.widening import rate_beyond
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Recipe

LOST_EPOCHS = 2.0
"""A lost training counts as so many budgets of epochs: worse than one that missed the target."""
Look = Callable[[float, int], Scored | None]
"""Looks up the training of a rate at a seed; None where it has not been trained."""


class Raced(Struct, frozen=True):
    """The state of a race.

    trainings: every rate and seed that it has asked for, in the order of seeds, with those done.
    rates:     the grid, with the rates by which it was widened.
    left:      the rates that are not given up so far, the best first.
    complete:  whether no training is missing.
    """

    trainings: tuple[tuple[float, int], ...]
    rates: tuple[float, ...]
    left: tuple[float, ...]
    complete: bool


def race(look: Look, seeds: Sequence[int], recipe: Recipe, rates: Sequence[float] = ()) -> Raced:
    """Return the state of a recipe's race on these seeds of its evaluation.

    Where the best rate of the first look is at the edge of the grid, the grid is widened beyond it.

    look:  looks up the trainings that are done.
    rates: those that were left on a lower rung, or that were trained; with them, the grid is not
           widened.
    """
    order = sorted(seeds)
    running = tuple(sorted({*(rates or recipe.learning_rates)}))
    while not rates:
        first = _known(look, running, order[: recipe.race_from])
        beyond = rate_beyond(first, recipe) if first else None
        if beyond is None:
            break
        running = tuple(sorted({*running, beyond}))
    return _run(look, order, running, recipe)


def rates_left(table: Mapping[float, Mapping[int, Scored]], recipe: Recipe) -> tuple[float, ...]:
    """Return the rates that a race leaves of those that were trained, the best first.

    Where a rate that is left lacks seeds, as in a run that was cut off, no more rates are given up:
    too many rates are better than too few. A rate beyond the grid that lacks one of the first seeds
    is from a race of other seeds, and takes no part.

    table: trainings by rate and seed.
    """
    seeds = sorted(set().union(*table.values()))
    first = set(seeds[: recipe.race_from])
    racing = [rate for rate in sorted(table) if _is_in_race(rate, table[rate], first, recipe)]

    def look(rate: float, seed: int) -> Scored | None:
        return table[rate].get(seed)

    return race(look, seeds, recipe, racing or sorted(table)).left


def _is_in_race(
    rate: float, by_seed: Mapping[int, Scored], first_seeds: set[int], recipe: Recipe
) -> bool:
    return rate in recipe.learning_rates or first_seeds <= set(by_seed)


def looks(first: int, seeds: int) -> Iterator[int]:
    """Yield the numbers of seeds at which rates are given up.

    After the first number, each one is half as large again as the one before.
    """
    look = min(first, seeds)
    while 0 < look <= seeds:
        yield look
        look += (look + 1) // 2


def _run(look: Look, order: Sequence[int], rates: tuple[float, ...], recipe: Recipe) -> Raced:
    """Run a race of these rates, as far as its trainings are known."""
    asked: set[tuple[float, int]] = set()
    left = rates
    known = 0
    at = list(looks(recipe.race_from, len(order)))
    for number in sorted({*at, len(order)}):
        asked.update(product(left, order[known:number]))
        table = _known(look, left, order[:number])
        if table is None:
            break
        known = number
        if number in at:
            left = _not_worse(table, recipe)
    trainings = tuple(sorted(asked, key=lambda pair: (pair[1], pair[0])))
    left = _best_first(look, left, order, recipe)
    return Raced(trainings, rates, left, known == len(order))


def _best_first(
    look: Look, rates: tuple[float, ...], seeds: Sequence[int], recipe: Recipe
) -> tuple[float, ...]:
    """Sort rates by how good they are on their common seeds; without any, keep their order."""
    common = [seed for seed in seeds if _known(look, rates, [seed]) is not None]
    table = _known(look, rates, common)
    if not table:
        return rates
    rank_of = ranks(table, recipe)
    return tuple(sorted(rates, key=rank_of.__getitem__))


def _known(look: Look, rates: Sequence[float], seeds: Sequence[int]) -> Table | None:
    """Return all trainings of these rates; None where one is missing, or without seeds."""
    if not seeds:
        return None
    table = {}
    for rate in rates:
        looked_up = [look(rate, seed) for seed in seeds]
        trainings = [training for training in looked_up if training is not None]
        if len(trainings) < len(seeds):
            return None
        table[rate] = trainings
    return table


def _not_worse(table: Table, recipe: Recipe) -> tuple[float, ...]:
    """Return the rates that are not significantly worse than the best one.

    A rate that lost every training is not among them, except that the lowest is left where all
    rates did.
    """
    rank_of = ranks(table, recipe)
    fine = []
    for rate, trainings in table.items():
        lost, *_ = rank_of[rate]
        if lost < len(trainings):
            fine.append(rate)
    if not fine:
        return (min(table),)
    best = min(fine, key=rank_of.__getitem__)
    costs = _costs(table, recipe)
    return tuple(rate for rate in fine if rate == best or not _is_worse(costs[rate], costs[best]))


def _costs(table: Table, recipe: Recipe) -> dict[float, list[float]]:
    """Return what each training counts as in a paired test.

    It is the logarithm of epochs to target, where some rate reached the target, and the loss
    otherwise. A lost training is as far beyond the worst loss as that is beyond the best.
    """
    if reached(table):
        return {rate: _log_epochs(table[rate], recipe.epochs) for rate in table}
    losses: list[float] = []
    for trainings in table.values():
        losses += [training.loss for training in trainings if training.loss is not None]
    beyond = 2 * max(losses) - min(losses)
    return {rate: _losses(table[rate], beyond) for rate in table}


def _log_epochs(trainings: Sequence[Scored], budget: int) -> list[float]:
    lost = LOST_EPOCHS * budget
    epochs = [lost if training.lost else training.epochs or budget for training in trainings]
    return [float(np.log(count)) for count in epochs]


def _losses(trainings: Sequence[Scored], lost: float) -> list[float]:
    return [lost if training.loss is None else training.loss for training in trainings]


def _is_worse(costs: Sequence[float], best: Sequence[float]) -> bool:
    """Whether a rate is worse than the best one, by Student's paired test.

    A rate that is worse by the same in every seed is worse.
    """
    differences = np.subtract(costs, best)
    seeds = len(differences)
    error = float(np.std(differences, ddof=1) / np.sqrt(seeds)) if seeds > 1 else 0.0
    mean = float(np.mean(differences))
    if error <= 1e-12 * abs(mean):
        return mean > 0 and seeds > 1
    return bool(scipy.special.stdtr(seeds - 1, -mean / error) <= LEVEL)
