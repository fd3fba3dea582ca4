"""Several signed-rank tests of the same seeds at once, by sign flips of whole seeds (Westfall &
Young 1993; Romano & Wolf 2005).

Without an effect, each seed may as well have come out the other way round, in all of its tests
together. Tests of few seeds that are almost copies of each other then count for little more than
one test; independent tests count for as many as in Holm's method.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.signed_rank import tails

ALL_FLIPS = 12
"""The most seeds for which all flips are used; with more, `DRAWN` flips, which are always the
same."""
DRAWN = 10_000
FEW = 50
"""Fewer drawn flips than this do not show how rare a p-value is: each test then counts in full."""
SHARE_TOLERANCE = 1e-9
"""P-values that differ by less than this part are equal."""
Column = Mapping[int, float]
"""One test: by seed, how far a value is above its boundary; 0 counts against lying above it."""
Values = NDArray[np.float64]


def smallest(columns: Sequence[Column], p_value: float) -> float:
    """Return the chance that the smallest one-sided p-value of the columns is at most `p_value`."""
    if len(columns) == 1 or p_value >= 1:
        return p_value
    share = _share(_smallest_by_flip(columns), p_value, len(columns))
    return min(1.0, max(p_value, share))


def critical(columns: Sequence[Column], level: float = LEVEL / 2) -> float:
    """Return the critical value, at this level, of the smallest one-sided p-value of the columns.

    0 where no p-value is small enough.
    """
    if len(columns) == 1:
        return level
    by_flip = _smallest_by_flip(columns)
    too_many = int(level * len(by_flip))
    first_not_small = np.partition(by_flip, too_many)[too_many]
    small = by_flip[by_flip < first_not_small]
    return float(small.max()) if len(small) else 0.0


def step_down(
    columns: Sequence[Column | None], p_values: Sequence[float], unknown: int = 0
) -> list[float]:
    """Return two-sided p-values, adjusted over all of them, in the order given.

    columns: None for a test that is taken as independent of the others.
    unknown: the number of further independent tests, whose p-values are not known yet.
    """
    order = [int(index) for index in np.argsort(p_values, kind="stable")]
    in_order = [columns[index] for index in order]
    known = [column for column in in_order if column is not None]
    smallest_of_rest = _smallest_of_rest(known)
    adjusted = [1.0] * len(columns)
    highest = 0.0
    passed = 0
    for place, index in enumerate(order):
        p_value = p_values[index]
        together = len(known) - passed
        independent = len(order) - place - together + unknown
        share = 0.0
        if together:
            share = _share(smallest_of_rest[passed], p_value, together)
        share = min(max(share, p_value), together * p_value)  # drawn flips may be off by a little
        highest = max(highest, min(1.0, share + independent * p_value))
        adjusted[index] = highest
        if columns[index] is not None:
            passed += 1
    return adjusted


def two_ways(columns: Sequence[Column]) -> list[Column]:
    """Return these columns, followed by the same distances on the other side of each boundary."""
    opposite = []
    for column in columns:
        opposite.append({seed: -distance for seed, distance in column.items()})
    return [*columns, *opposite]


def _share(smallest_by_flip: Values, p_value: float, tests: int) -> float:
    """Return the share of flips whose smallest p-value over all tests is at most this one."""
    count = int(np.sum(smallest_by_flip <= p_value * (1 + SHARE_TOLERANCE)))
    if len(smallest_by_flip) == DRAWN and count < FEW:
        return tests * p_value
    return count / len(smallest_by_flip)


def _smallest_of_rest(columns: Sequence[Column]) -> Values:
    """Return the smallest two-sided p-value of each column and those after it, (columns, flips)."""
    if len(columns) < 2:  # the p-value of a single column needs no flips
        return np.ones((len(columns), 1))
    one_sided = _p_values_by_flip(two_ways(columns))
    two_sided = 2 * np.minimum(one_sided[: len(columns)], one_sided[len(columns) :])
    return np.minimum.accumulate(two_sided[::-1], axis=0)[::-1]


def _smallest_by_flip(columns: Sequence[Column]) -> Values:
    """Return the smallest one-sided p-value over the columns, (flips,)."""
    return _smallest_of_items(tuple(tuple(column.items()) for column in columns))


@lru_cache(maxsize=64)
def _smallest_of_items(columns: tuple[tuple[tuple[int, float], ...], ...]) -> Values:
    """Return the same, of columns as items; a test and then an interval ask for it."""
    smallest: Values = _p_values_by_flip(list(map(dict, columns))).min(axis=0)
    return smallest


def _p_values_by_flip(columns: Sequence[Column]) -> Values:
    """Return one-sided p-values, (columns, flips); the first flip leaves the seeds as measured."""
    seeds = sorted(set().union(*columns))
    places = {seed: place for place, seed in enumerate(seeds)}
    signs = _signs(len(seeds))
    rows = []
    for column in columns:
        distances = np.array(list(column.values()))
        own_places = [places[seed] for seed in column]
        is_complete = own_places == list(range(len(seeds)))
        rows.append(tails(distances, signs if is_complete else signs[:, own_places]))
    return np.stack(rows)


@cache
def _signs(seeds: int) -> Values:
    """Return flips of seeds, (flips, seeds), as 1 and -1."""
    if seeds <= ALL_FLIPS:
        bits = (np.arange(2**seeds)[:, None] >> np.arange(seeds)) & 1
        return (1 - 2 * bits).astype(float)
    rng = np.random.default_rng(seeds)
    drawn = rng.choice(np.array([1, -1], dtype=np.int8), size=(DRAWN, seeds))
    drawn[0] = 1
    return drawn.astype(float)
