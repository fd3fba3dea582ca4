"""The error of a comparison, spent over looks at more and more seeds.

A user who looks repeatedly, and stops at the first verdict, may be wrong at each look. Therefore
each look spends a part of the allowed error, as a function of the number of seeds alone (Lan &
DeMets 1983): little before the planned number of seeds (after O'Brien & Fleming 1979), four fifths
in all up to there, and the last fifth for any number of looks beyond, three quarters of it up to
twice as many seeds. The level of a look is the p-value at which it adds just its part, given that
earlier looks came to no verdict. The test statistic is a sum of independent steps, one for the
seeds between two looks, and is integrated numerically (Armitage, McPherson & Rowe 1969).

Where looks before the planned number of seeds are planned themselves, each of them is to have a
fair chance: the error is spent about evenly over them (after Pocock 1977).
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS

UP_TO_PLAN = 0.8
"""The part of the error that may be spent up to the planned number of seeds."""
NODES = 256
"""Nodes of the Gauss-Legendre quadrature."""
FARTHEST = 12.0
"""The largest bound of a level, in standard deviations."""
MOST_SEEDS = 1000
Values = NDArray[np.float64]


class _Spending(NamedTuple):
    """How an error is spent, with the arguments of `level`."""

    planned: int
    error: float
    evenly: bool

    def up_to(self, seeds: int) -> float:
        """Return the error that may be spent up to so many seeds."""
        return spent(seeds, self.planned, self.error, evenly=self.evenly)


class _Undecided(NamedTuple):
    """The distribution of the test statistic while no look came to a verdict.

    nodes:  values of the sum over seeds, in standard deviations of a single seed.
    masses: the probability near each node.
    seeds:  the number of seeds in the sum.
    spent:  the error spent by the looks so far.
    """

    nodes: Values
    masses: Values
    seeds: int
    spent: float


def spent(seeds: int, planned: int, error: float, *, evenly: bool = False) -> float:
    """Return how much of an error may be spent up to a look at so many seeds."""
    fraction = seeds / planned
    if fraction <= 1 and evenly:
        return UP_TO_PLAN * error * float(np.log1p((np.e - 1) * fraction))
    if fraction <= 1:
        quantile = scipy.special.ndtri(UP_TO_PLAN * error / 4)
        one_side = 2 * scipy.special.ndtr(quantile / np.sqrt(fraction))
        return float(2 * one_side)
    return error * (UP_TO_PLAN + (1 - UP_TO_PLAN) * (1 - fraction**-2))


def level(
    before: Sequence[int], seeds: int, planned: int, error: float, *, evenly: bool = False
) -> float:
    """Return the two-sided p-value at which a look decides.

    0 where no signed-rank test of so many seeds can reach it.

    before:  seeds of earlier looks; looks at as many seeds as this one, or more, are left out.
    planned: the number of seeds that were meant to decide.
    error:   the chance to be wrong at any look, without an effect.
    evenly:  whether looks at fewer seeds than planned are to decide too.
    """
    earlier = {looked for looked in before if looked < seeds}
    return _level(tuple(sorted(earlier)), seeds, _Spending(planned, error, evenly))


def looks_that_count(
    before: Sequence[int], planned: int, error: float, *, evenly: bool = False
) -> tuple[int, ...]:
    """Return the looks, by their seeds, that could have come to a verdict; others spend nothing."""
    ordered = sorted(set(before))
    return tuple(seeds for seeds in ordered if level(ordered, seeds, planned, error, evenly=evenly))


def smallest_p(seeds: int) -> float:
    """Return the smallest two-sided p-value of a signed-rank test of so many seeds."""
    return 2.0 ** (1 - seeds)


@cache
def fewest_seeds(pairs: int) -> int:
    """Return the fewest seeds at which a first look, as planned, can decide so many pairs."""
    first_level = UP_TO_PLAN * LEVEL / max(pairs, 1)
    candidates = range(VERDICT_SEEDS, MOST_SEEDS)
    return next(seeds for seeds in candidates if smallest_p(seeds) <= first_level)


@cache
def _undecided(looks: tuple[int, ...], spending: _Spending) -> _Undecided:
    """Return the distribution of the test statistic after these looks came to no verdict."""
    if not looks:
        return _Undecided(np.zeros(1), np.ones(1), 0, 0.0)
    *earlier, seeds = looks
    before = _undecided(tuple(earlier), spending)
    look_level = _level(tuple(earlier), seeds, spending)
    if not look_level:
        return before
    bound = _bound(look_level, seeds)
    step = np.sqrt(seeds - before.seeds)
    places, weights = _quadrature()
    nodes = bound * places
    exponents = -0.5 * ((nodes[:, None] - before.nodes) / step) ** 2
    density = np.exp(exponents) / (step * np.sqrt(2 * np.pi))
    masses = bound * weights * (density @ before.masses)
    return _Undecided(nodes, masses, seeds, spending.up_to(seeds))


@cache
def _level(looks: tuple[int, ...], seeds: int, spending: _Spending) -> float:
    """Return the level of a look at so many seeds, after these earlier looks."""
    if seeds < VERDICT_SEEDS:
        return 0.0
    before = _undecided(looks, spending)
    left = spending.up_to(seeds) - before.spent
    if left <= 0:
        return 0.0
    step = np.sqrt(seeds - before.seeds)

    def excess(bound: float) -> float:
        """Return how much more than its part a look with this bound would spend."""
        above = scipy.special.ndtr((before.nodes - bound) / step)
        beyond = above + scipy.special.ndtr((-before.nodes - bound) / step)
        return float(before.masses @ beyond) - left

    bound = scipy.optimize.brentq(excess, 0.0, FARTHEST * np.sqrt(seeds))
    look_level = float(2 * scipy.special.ndtr(-bound / np.sqrt(seeds)))
    return look_level if look_level >= smallest_p(seeds) else 0.0


@cache
def _quadrature() -> tuple[Values, Values]:
    return np.polynomial.legendre.leggauss(NODES)


def _bound(level: float, seeds: int) -> float:
    """Return the bound of the sum over seeds at a two-sided level."""
    return float(-scipy.special.ndtri(level / 2) * np.sqrt(seeds))
