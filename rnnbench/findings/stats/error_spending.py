"""How the error of a comparison is spent over looks at more and more seeds.

Whoever looks again and again, and stops at the first verdict, has a chance to be wrong at each
look. So each one spends a part of the error that is allowed, as a function of the seeds alone (Lan
& DeMets 1983): little before the planned number of seeds (after O'Brien & Fleming 1979), four
fifths in all up to there, and the last fifth for any number of looks beyond, three quarters of it
up to twice as many seeds. The level of a look is the p-value at which it adds just its part, given
that those before came to no verdict: a sum of independent steps, one for the seeds between two
looks, integrated numerically (Armitage, McPherson & Rowe 1969).

Where looks on the way are planned themselves, each of them is to have a fair chance: the error is
spent about evenly over them (after Pocock 1977).
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS

UP_TO_PLAN = 0.8
"""How much of the error may be spent up to the planned number of seeds."""
NODES = 256
FARTHEST = 12.0
"""No level is so small that its bound lies beyond so many standard deviations."""
Values = NDArray[np.float64]


class _Spending(NamedTuple):
    """How an error is spent, as in `level`."""

    planned: int
    error: float
    evenly: bool

    def up_to(self, seeds: int) -> float:
        """How much of it."""
        return spent(seeds, self.planned, self.error, evenly=self.evenly)


class _Open(NamedTuple):
    """Where the sum may stand while no look came to a verdict.

    nodes:  places, in standard deviations of a single seed.
    masses: how likely it is near each of them.
    seeds:  those that are summed.
    spent:  the error spent so far.
    """

    nodes: Values
    masses: Values
    seeds: int
    spent: float


def spent(seeds: int, planned: int, error: float, *, evenly: bool = False) -> float:
    """How much of this error may be spent up to a look at so many seeds."""
    fraction = seeds / planned
    if fraction <= 1 and evenly:
        return UP_TO_PLAN * error * float(np.log1p((np.e - 1) * fraction))
    if fraction <= 1:
        one_side = 2 * ndtr(ndtri(UP_TO_PLAN * error / 4) / np.sqrt(fraction))
        return float(2 * one_side)
    return error * (UP_TO_PLAN + (1 - UP_TO_PLAN) * (1 - fraction**-2))


def level(
    before: Sequence[int], seeds: int, planned: int, error: float, *, evenly: bool = False
) -> float:
    """The two-sided p-value at which a look decides; 0 where no signed-rank test of so many seeds
    can reach it.

    before:  seeds of the looks before; those of more seeds than this one are left out.
    planned: seeds that were meant to decide.
    error:   the chance to be wrong at any look, if there is nothing to be found.
    evenly:  whether looks at fewer seeds than planned are to decide too.
    """
    counted = tuple(sorted({one for one in before if one < seeds}))
    return _level(counted, seeds, _Spending(planned, error, evenly))


def looks_that_count(
    before: Sequence[int], planned: int, error: float, *, evenly: bool = False
) -> tuple[int, ...]:
    """Those of the looks at these numbers of seeds that could have come to a verdict; the others
    cost nothing."""
    ordered = sorted(set(before))
    return tuple(seeds for seeds in ordered if level(ordered, seeds, planned, error, evenly=evenly))


def smallest_p(seeds: int) -> float:
    """The smallest two-sided p-value that a signed-rank test of so many seeds can give."""
    return 2.0 ** (1 - seeds)


def fewest_seeds(pairs: int) -> int:
    """Fewest seeds at which a first look, as planned, can decide, one of so many pairs of cells."""
    return next(
        n for n in range(VERDICT_SEEDS, 1000) if smallest_p(n) <= UP_TO_PLAN * LEVEL / max(pairs, 1)
    )


@cache
def _open(looks: tuple[int, ...], spending: _Spending) -> _Open:
    """What is left open by these looks."""
    if not looks:
        return _Open(np.zeros(1), np.ones(1), 0, 0.0)
    before, seeds = _open(looks[:-1], spending), looks[-1]
    found = _level(looks[:-1], seeds, spending)
    if not found:
        return before
    bound, step = _bound(found, seeds), np.sqrt(seeds - before.seeds)
    places, weights = _quadrature()
    nodes = bound * places
    density = np.exp(-0.5 * ((nodes[:, None] - before.nodes) / step) ** 2) / (
        step * np.sqrt(2 * np.pi)
    )
    return _Open(nodes, bound * weights * (density @ before.masses), seeds, spending.up_to(seeds))


@cache
def _level(looks: tuple[int, ...], seeds: int, spending: _Spending) -> float:
    if seeds < VERDICT_SEEDS:
        return 0.0
    before = _open(looks, spending)
    left = spending.up_to(seeds) - before.spent
    if left <= 0:
        return 0.0
    step = np.sqrt(seeds - before.seeds)

    def excess(bound: float) -> float:
        """How much more than its part a look would spend that decides beyond this bound."""
        beyond = ndtr((before.nodes - bound) / step) + ndtr((-before.nodes - bound) / step)
        return float(before.masses @ beyond) - left

    bound = brentq(excess, 0.0, FARTHEST * np.sqrt(seeds))
    found = float(2 * ndtr(-bound / np.sqrt(seeds)))
    return found if found >= smallest_p(seeds) else 0.0


@cache
def _quadrature() -> tuple[Values, Values]:
    return np.polynomial.legendre.leggauss(NODES)


def _bound(level: float, seeds: int) -> float:
    return float(-ndtri(level / 2) * np.sqrt(seeds))
