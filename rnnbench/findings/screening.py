"""The search for a cell's learning rate by screening: which rates are left after a few seeds, and which is best.

All rates of the grid are trained on the first seeds of the evaluation. The best few of them are trained on all seeds,
and a cell's figure is that of the one which is best there. Comparisons hold the best rate of one cell against every
rate that was left of the other, so that the luck of the choice is inside the error that a verdict states
(docs/decisions/0024).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from rnnbench.records import Recipe, Result

ENOUGH_SOLVED = 2
"""Seeds that some rate has to solve before rates are told apart by how soon they do."""
STEPS = tuple(float(f"{mantissa}e{exponent}") for exponent in range(-12, 6) for mantissa in (1, 3))
"""The rates by which a grid is widened: 1, 3, 10, 30 and so on, and their fractions."""


class Scored(Struct, frozen=True):
    """What a search reads of a training.

    epochs:   to the target; None where it was not reached.
    loss:     the deciding metric on validation data at the chosen epoch, turned so that lower is better; None where the
              training was lost: it diverged, failed, or was cut short.
    diverged: whether that is why it was lost, which a lower rate may mend.
    """

    epochs: int | None
    loss: float | None
    diverged: bool = False

    @property
    def lost(self) -> bool:
        """Whether it gave no score."""
        return self.loss is None


Look = Callable[[float, int], Scored | None]
"""What is known of a rate at a seed; None where it has not been trained."""
Rank = tuple[int, float, float]


class Screened(Struct, frozen=True):
    """How far a search has come.

    trainings: every rate and seed that the search has asked for, in the order of seeds; done ones included.
    rates:     the grid, with the rates by which it was widened.
    seeds:     how many of the first seeds all rates were tried on.
    left:      the rates that are trained on all seeds, the best first; None while a training is missing.
    failed:    whether every training of the search was lost.
    """

    trainings: tuple[tuple[float, int], ...]
    rates: tuple[float, ...]
    seeds: int
    left: tuple[float, ...] | None
    failed: bool = False


def scored(result: Result) -> Scored:
    """What a search reads of this result."""
    learning = result.learning
    if learning is None or learning.chosen_epoch is None or result.status not in ("ok", "stopped"):
        return Scored(None, None, result.status == "diverged")
    metric = learning.metrics[0]
    score = learning.curve[learning.chosen_epoch - 1].validation[metric.name]
    return Scored(learning.epochs_to_target, metric.loss(score))


def is_screened(recipe: Recipe) -> bool:
    """Whether a recipe searches its learning rate in this way."""
    return recipe.tune and recipe.search == "screening" and len(recipe.learning_rates) > 1


def rank(trainings: Sequence[Scored], budget: int) -> Rank:
    """How good a rate is, lower being better: seeds lost; mean epochs to target, the budget where it was not reached;
    mean loss."""
    fine = [one for one in trainings if one.loss is not None]
    if not fine:
        return len(trainings), float("inf"), float("inf")
    epochs = [one.epochs or budget for one in fine]
    return len(trainings) - len(fine), float(np.mean(epochs)), float(np.mean([one.loss for one in fine]))


def screen(look: Look, seeds: Sequence[int], recipe: Recipe) -> Screened:
    """How far the search of a recipe has come on these seeds of its evaluation, by what is known.

    All rates are trained on the first `screening_seeds`; where some rate solved one of them, and none solved two, on
    one more at a time. Where the best rate is at the edge of the grid, the grid is widened beyond it.
    """
    order, rates = sorted(seeds), tuple(sorted(set(recipe.learning_rates)))
    asked: dict[tuple[float, int], None] = {}
    while True:
        number = _ask(look, order, rates, recipe, asked)
        trainings = tuple(sorted(asked, key=lambda pair: (pair[1], pair[0])))
        if any(look(*pair) is None for pair in asked):
            return Screened(trainings, rates, number, None)
        table = {rate: _known(look, rate, order[:number]) for rate in rates}
        beyond = _beyond(table, recipe)
        if beyond is None:
            failed = all(one.lost for found in table.values() for one in found)
            return Screened(trainings, rates, number, _left(table, recipe), failed)
        rates = tuple(sorted({*rates, beyond}))


def rates_left(table: Mapping[float, Mapping[int, Scored]], recipe: Recipe) -> tuple[float, ...]:
    """The rates that a search left of those that were trained, the best first, by where they were trained.

    All rates share the seeds on which they were screened; those that were left have others besides. Where none has, or
    some lack seeds of the screening, nothing was given up yet, and all are left. So it is on a rung of a ladder that is
    not the lowest, and where another list of seeds was screened anew.
    """
    trained = [set(found) for found in table.values()]
    common, everywhere = set.intersection(*trained), set.union(*trained)
    left = tuple(sorted(table))
    if len(common) >= min(recipe.screening_seeds, len(everywhere)):
        left = tuple(rate for rate in left if set(table[rate]) - common) or left

    def look(rate: float, seed: int) -> Scored | None:
        return table.get(rate, {}).get(seed)

    return best_first(look, left, sorted(everywhere), recipe)


def best_first(look: Look, rates: Sequence[float], seeds: Sequence[int], recipe: Recipe) -> tuple[float, ...]:
    """The rates that were left, in the order of how good each is on the seeds that all of them have."""
    common = [seed for seed in seeds if all(look(rate, seed) is not None for rate in rates)]
    if not common:
        return tuple(rates)
    return tuple(sorted(rates, key=lambda rate: rank(_known(look, rate, common), recipe.epochs)))


def _ask(
    look: Look, order: Sequence[int], rates: Sequence[float], recipe: Recipe, asked: dict[tuple[float, int], None]
) -> int:
    """Ask for all rates on the first seeds, on as many as it takes; how many that are so far."""
    number = min(recipe.screening_seeds, len(order))
    while True:
        asked.update(((rate, seed), None) for seed in order[:number] for rate in rates)
        found = [_known(look, rate, order[:number]) for rate in rates]
        if any(len(of_rate) < number for of_rate in found) or number == len(order):
            return number
        most = max(sum(one.epochs is not None for one in of_rate) for of_rate in found)
        if most == 0 or most >= min(ENOUGH_SOLVED, number):
            return number
        number += 1


def _known(look: Look, rate: float, seeds: Sequence[int]) -> list[Scored]:
    return [found for seed in seeds if (found := look(rate, seed)) is not None]


def _beyond(table: Mapping[float, Sequence[Scored]], recipe: Recipe) -> float | None:
    """A rate beyond the grid, where its best one stands at the edge and is level with no other; None where there is
    none within the bounds. Where everything diverged or was lost, a lower rate may be what it takes."""
    rates = sorted(table)
    trainings = [one for found in table.values() for one in found]
    if all(one.lost for one in trainings):
        return _below(rates[0], recipe) if any(one.diverged for one in trainings) else None
    ranks = _ranks(table, recipe)
    best = min(rates, key=ranks.__getitem__)
    if any(_level(ranks[rate], ranks[best], ranks, recipe) for rate in rates if rate != best):
        return None
    if best == rates[0]:
        return _below(best, recipe)
    return _above(best, recipe) if best == rates[-1] else None


def _below(rate: float, recipe: Recipe) -> float | None:
    beyond = next((step for step in reversed(STEPS) if step <= rate / 2), 0.0)
    return beyond if beyond >= recipe.lowest_rate else None


def _above(rate: float, recipe: Recipe) -> float | None:
    beyond = next((step for step in STEPS if step >= 2 * rate), float("inf"))
    return beyond if beyond <= recipe.highest_rate else None


def _left(table: Mapping[float, Sequence[Scored]], recipe: Recipe) -> tuple[float, ...]:
    """The best rates, and those that are level with the last of them; of those that lost everything none, but the
    lowest where there is no other."""
    ranks = _ranks(table, recipe)
    fine = sorted((rate for rate in ranks if ranks[rate][0] < len(table[rate])), key=ranks.__getitem__)
    if not fine:
        return (min(table),)
    last = ranks[fine[min(recipe.rates_kept, len(fine)) - 1]]
    return tuple(rate for rate in fine if ranks[rate] <= last or _level(ranks[rate], last, ranks, recipe))


def _ranks(table: Mapping[float, Sequence[Scored]], recipe: Recipe) -> dict[float, Rank]:
    return {rate: rank(table[rate], recipe.epochs) for rate in sorted(table)}


def _level(one: Rank, other: Rank, ranks: Mapping[float, Rank], recipe: Recipe) -> bool:
    """By how soon the target is reached, where some rate reaches it; by the score otherwise."""
    reached = any(epochs < recipe.epochs for _, epochs, _ in ranks.values())
    return one[:2] == other[:2] if reached else one == other
