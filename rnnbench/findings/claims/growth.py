"""How the difference of two cells changes as their training data grow: one slope a seed."""

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.seeds import Seeds, SideAtRate, seeds_of
from rnnbench.records import LearningSide, Question


class Growths(NamedTuple):
    """Slopes by seed: of both cells at their best rates on every part; and those that have to lie
    above a bound for the effect to be called so, and below one."""

    best: Seeds
    above: list[Seeds]
    below: list[Seeds]


def growths(question: Question, name: str, measurements: Measurements) -> Growths:
    """Slopes of a score of this name, first cell less second, for each doubling of the training
    data.

    A higher score on a small part lowers a slope, on a large part it raises it, so that no rate is
    the better one throughout: each rate that a search left, one at a time, counts for either
    answer.
    """
    sides = [side for side in question.sides if isinstance(side, LearningSide)]
    doublings = np.log2([side.recipe.training_share for side in sides[::2]])
    rates = [measurements.rates(side) for side in sides]
    best_rates = [of_side[0] for of_side in rates]

    def at(chosen: list[float]) -> Seeds:
        seeds = seeds_of(list(map(SideAtRate, sides, chosen)), name, measurements, positive=False)
        return replace(
            seeds,
            figures={seed: (slope(found, doublings),) for seed, found in seeds.figures.items()},
        )

    choices = [at(best_rates)]
    for place, of_side in enumerate(rates):
        for rate in of_side[1:]:
            choices.append(at([*best_rates[:place], rate, *best_rates[place + 1 :]]))
    return Growths(choices[0], choices, choices)


def slope(figures: tuple[float, ...], doublings: np.ndarray) -> float:
    """The least-squares slope of first less second over doublings; `figures` holds the pairs one
    after another."""
    differences = np.asarray(figures[::2]) - np.asarray(figures[1::2])
    centred = doublings - doublings.mean()
    return float(centred @ differences / (centred @ centred))
