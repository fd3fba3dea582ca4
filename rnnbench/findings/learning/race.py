"""The search for a cell's learning rate by a race: which rates are left after how many seeds, and
which is best.

All rates of the grid are trained on the first seeds of the evaluation. From there on rates that are
told to be worse than the best one are given up, each time that half as many seeds again are known
(F-race, Birattari et al. 2002, with Student's paired test); rates that cannot be told apart are
trained on all seeds. Comparisons know of those that are left, so that the luck of the choice is
inside the error that a verdict states (`choices`, docs/decisions/0024).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from scipy.special import stdtr

from rnnbench.findings.learning.scored import Scored, Table, ranks, reached
from rnnbench.findings.learning.widening import rate_beyond
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Recipe

LOST_EPOCHS = 2.0
"""What a lost training counts as, in budgets of epochs: worse than one that did not get there."""


Look = Callable[[float, int], Scored | None]
"""What is known of a rate at a seed; None where it has not been trained."""


class Raced(Struct, frozen=True):
    """How far a race has come.

    trainings: every rate and seed that it has asked for, in the order of seeds; done ones included.
    rates:     the grid, with the rates by which it was widened.
    left:      the rates that were not given up so far, the best first.
    complete:  whether no training is missing.
    """

    trainings: tuple[tuple[float, int], ...]
    rates: tuple[float, ...]
    left: tuple[float, ...]
    complete: bool


def race(look: Look, seeds: Sequence[int], recipe: Recipe, rates: Sequence[float] = ()) -> Raced:
    """How far the race of a recipe has come on these seeds of its evaluation, by what is known.

    Where the best rate of the first look is at the edge of the grid, the grid is widened beyond it.
    It is not where `rates` are given: those that were left on a lower rung, or that were trained.
    """
    order, running = sorted(seeds), tuple(sorted({*(rates or recipe.learning_rates)}))
    while not rates:
        first = _known(look, running, order[: recipe.race_from])
        beyond = rate_beyond(first, recipe) if first else None
        if beyond is None:
            break
        running = tuple(sorted({*running, beyond}))
    return _run(look, order, running, recipe)


def rates_left(table: Mapping[float, Mapping[int, Scored]], recipe: Recipe) -> tuple[float, ...]:
    """The rates that a race leaves of those that were trained, the best first. Where a rate that is
    still in it lacks seeds, as in a run that was cut off, nothing more is given up: rather too many
    are left than too few. A rate beyond the grid that lacks one of the first seeds is from a race
    of other seeds, and takes no part."""
    seeds = sorted(set().union(*table.values()))
    first = set(seeds[: recipe.race_from])
    here = [
        rate for rate in sorted(table) if rate in recipe.learning_rates or first <= set(table[rate])
    ]

    def look(rate: float, seed: int) -> Scored | None:
        return table[rate].get(seed)

    return race(look, seeds, recipe, here or sorted(table)).left


def looks(first: int, seeds: int) -> Iterator[int]:
    """Numbers of seeds at which rates are given up: the first, and half as many again each time."""
    look = min(first, seeds)
    while 0 < look <= seeds:
        yield look
        look += (look + 1) // 2


def _run(look: Look, order: Sequence[int], rates: tuple[float, ...], recipe: Recipe) -> Raced:
    """A race of these rates, as far as it is known."""
    asked: dict[tuple[float, int], None] = {}
    left, known = rates, 0
    at = list(looks(recipe.race_from, len(order)))
    for number in sorted({*at, len(order)}):
        asked.update(((rate, seed), None) for seed in order[known:number] for rate in left)
        table = _known(look, left, order[:number])
        if table is None:
            break
        known = number
        if number in at:
            left = _not_worse(table, recipe)
    trainings = tuple(sorted(asked, key=lambda pair: (pair[1], pair[0])))
    common = [seed for seed in order if all(look(rate, seed) is not None for rate in left)]
    if table := _known(look, left, common):
        of_rate = ranks(table, recipe)
        left = tuple(sorted(left, key=of_rate.__getitem__))
    return Raced(trainings, rates, left, known == len(order))


def _known(look: Look, rates: Sequence[float], seeds: Sequence[int]) -> Table | None:
    """All trainings of these rates on these seeds; None where one is missing, or there are no
    seeds."""
    found = {rate: [look(rate, seed) for seed in seeds] for rate in rates}
    whole = {
        rate: [one for one in trainings if one is not None] for rate, trainings in found.items()
    }
    return whole if seeds and all(len(whole[rate]) == len(seeds) for rate in rates) else None


def _not_worse(table: Table, recipe: Recipe) -> tuple[float, ...]:
    """The rates that are not told to be worse than the best one; of those that lost everything
    none, but the lowest where there is no other."""
    of_rate = ranks(table, recipe)
    fine = [rate for rate in table if of_rate[rate][0] < len(table[rate])]
    if not fine:
        return (min(table),)
    best, costs = min(fine, key=of_rate.__getitem__), _costs(table, recipe)
    return tuple(rate for rate in fine if rate == best or not _is_worse(costs[rate], costs[best]))


def _costs(table: Table, recipe: Recipe) -> dict[float, list[float]]:
    """What each training counts as in a paired test: the logarithm of epochs to target, where some
    rate reached it; the loss otherwise, a lost training as far beyond the worst as that is beyond
    the best."""
    if reached(table):
        lost = LOST_EPOCHS * recipe.epochs
        return {
            rate: [
                float(np.log(lost if one.lost else one.epochs or recipe.epochs))
                for one in trainings
            ]
            for rate, trainings in table.items()
        }
    losses = [one.loss for trainings in table.values() for one in trainings if one.loss is not None]
    beyond = 2 * max(losses) - min(losses)
    return {
        rate: [beyond if one.loss is None else one.loss for one in found]
        for rate, found in table.items()
    }


def _is_worse(costs: Sequence[float], best: Sequence[float]) -> bool:
    """By Student's paired test; what is always worse by the same is worse."""
    away = np.subtract(costs, best)
    error = float(np.std(away, ddof=1) / np.sqrt(len(away))) if len(away) > 1 else 0.0
    mean = float(np.mean(away))
    if error <= 1e-12 * abs(mean):
        return mean > 0 and len(away) > 1
    return bool(stdtr(len(away) - 1, -mean / error) <= LEVEL)
