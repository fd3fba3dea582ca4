"""Several signed-rank tests of the same seeds at once, by sign flips of whole seeds (Westfall &
Young 1993; Romano & Wolf 2005).

If nothing is there, a seed may as well have come out the other way round, in all tests of it
together. So the tests of few seeds that are almost copies of each other count for little more than
one, and those that have nothing to do with each other for as many as Holm's method takes them for.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.signed_rank import tails

ALL = 12
"""Up to so many seeds every flip is taken; above, as many as `DRAWN`, always the same ones."""
DRAWN = 10_000
FEW = 50
"""So few flips that are drawn tell too little of how rare something is: there each test counts in
full."""
Column = Mapping[int, float]
"""One test: by seed, how far above its boundary a value lies. Values at the boundary count against
it."""
Values = NDArray[np.float64]


def smallest(columns: Sequence[Column], p_value: float) -> float:
    """How often the smallest of the one-sided p-values of these columns would be at most this
    one."""
    if len(columns) == 1 or p_value >= 1:
        return p_value
    return min(1.0, max(p_value, _share(_flipped(columns).min(axis=0), p_value, len(columns))))


def critical(columns: Sequence[Column], level: float = LEVEL / 2) -> float:
    """The one-sided p-value that the smallest of these columns reaches or falls below at this
    level; 0 where none is small enough."""
    if len(columns) == 1:
        return level
    reached, counts = np.unique(_flipped(columns).min(axis=0), return_counts=True)
    small = reached[np.cumsum(counts) <= level * counts.sum()]
    return float(small[-1]) if len(small) else 0.0


def step_down(
    columns: Sequence[Column | None], p_values: Sequence[float], unknown: int = 0
) -> list[float]:
    """Two-sided p-values, adjusted over all of them, in the order given.

    A test without a column is taken to have nothing to do with the others, and so are as many
    `unknown` ones, which may yet say anything.
    """
    order = [int(index) for index in np.argsort(p_values, kind="stable")]
    known = [column for index in order if (column := columns[index]) is not None]
    smallest_of_rest = _smallest_of_rest(known)
    adjusted, highest, passed = [1.0] * len(columns), 0.0, 0
    for place, index in enumerate(order):
        p_value, together = p_values[index], len(known) - passed
        alone = len(order) - place - together + unknown
        share = 0.0
        if together:
            share = _share(smallest_of_rest[passed], p_value, together)
        share = min(max(share, p_value), together * p_value)  # drawn flips may be off by a little
        highest = max(highest, min(1.0, share + alone * p_value))
        adjusted[index] = highest
        passed += columns[index] is not None
    return adjusted


def _share(smallest_of: Values, p_value: float, tests: int) -> float:
    """Of flips the share in which the smallest p-value of so many tests is at most this one."""
    found = int(np.sum(smallest_of <= p_value * (1 + 1e-9)))
    if len(smallest_of) == DRAWN and found < FEW:
        return tests * p_value
    return found / len(smallest_of)


def two_ways(columns: Sequence[Column]) -> list[Column]:
    """These columns, and what lies as far on the other side of each boundary."""
    return [*columns, *({seed: -away for seed, away in column.items()} for column in columns)]


def _smallest_of_rest(columns: Sequence[Column]) -> Values:
    """By column and flip the smallest of the two-sided p-values of this column and of those after
    it."""
    if len(columns) < 2:  # the p-value of one alone needs no flips
        return np.ones((len(columns), 1))
    ways = _flipped(two_ways(columns))
    flipped = 2 * np.minimum(ways[: len(columns)], ways[len(columns) :])
    return np.minimum.accumulate(flipped[::-1], axis=0)[::-1]


def _flipped(columns: Sequence[Column]) -> Values:
    """One-sided p-values by column and flip of the seeds; the first flip leaves them as they
    are."""
    seeds = sorted(set().union(*columns))
    place = {seed: index for index, seed in enumerate(seeds)}
    signs = _signs(len(seeds))
    return np.stack(
        [tails(np.array(list(c.values())), signs[:, [place[seed] for seed in c]]) for c in columns]
    )


@cache
def _signs(seeds: int) -> NDArray[np.int8]:
    """Flips by seeds."""
    if seeds <= ALL:
        return (1 - 2 * ((np.arange(2**seeds)[:, None] >> np.arange(seeds)) & 1)).astype(np.int8)
    drawn = np.random.default_rng(seeds).choice(
        np.array([1, -1], dtype=np.int8), size=(DRAWN, seeds)
    )
    drawn[0] = 1
    return drawn
