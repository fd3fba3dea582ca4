"""How the difference of two cells changes as their training data grow: one slope for each seed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.seeds import Seeds, SideAtRate, seeds_of
from rnnbench.records import LearningSide, Question


class Growths(NamedTuple):
    """Slopes by seed, at each choice of learning rates.

    best:  both cells at their best rates on every part of the data.
    above: the choices at which a slope has to lie above a bound, to be called above it.
    below: the choices at which a slope has to lie below a bound, to be called below it.
    """

    best: Seeds
    above: list[Seeds]
    below: list[Seeds]


def growths(question: Question, name: str, measurements: Measurements) -> Growths:
    """Return slopes of a score, first cell less second, for each doubling of the training data.

    A higher score on a small part of the data lowers a slope, and on a large part it raises the
    slope, so that no rate is the better one throughout: each rate that a search left, one at a
    time, counts for either answer.
    """
    sides = [side for side in question.sides if isinstance(side, LearningSide)]
    doublings = np.log2([side.recipe.training_share for side in sides[::2]])
    rates = [measurements.rates(side) for side in sides]
    best_rates = [of_side[0] for of_side in rates]

    def slopes_at(chosen: Sequence[float]) -> Seeds:
        at_rates = list(map(SideAtRate, sides, chosen))
        seeds = seeds_of(at_rates, name, measurements, positive=False)
        slopes = {seed: (slope(scores, doublings),) for seed, scores in seeds.figures.items()}
        return replace(seeds, figures=slopes)

    choices = [slopes_at(best_rates)]
    for place, of_side in enumerate(rates):
        for rate in of_side[1:]:
            choices.append(slopes_at([*best_rates[:place], rate, *best_rates[place + 1 :]]))
    return Growths(choices[0], choices, choices)


def slope(figures: tuple[float, ...], doublings: np.ndarray) -> float:
    """Return the least-squares slope of the difference of two cells over doublings of the data.

    figures: the pairs of figures one after another, the first cell before the second.
    """
    differences = np.asarray(figures[::2]) - np.asarray(figures[1::2])
    centred = doublings - doublings.mean()
    return float(centred @ differences / (centred @ centred))
