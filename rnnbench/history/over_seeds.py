"""Where a cell begins to learn otherwise: the seeds before a commit, paired with those after it.

Training at a fixed seed repeats to the last bit until something else is computed. Values of many
commits are therefore no repetitions, and the unit of a test is the seed, as in a gate.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS
from rnnbench.findings.stats.hodges_lehmann import effect
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import p_above, p_below

Table = NDArray[np.float64]


class Shift(NamedTuple):
    """A step over seeds.

    start:  the position of the first commit after it.
    effect: of the typical seed, with its 95 % interval.
    """

    start: int
    effect: Range
    p_value: float
    counts: tuple[int, int]


def shifts(table: Table) -> list[Shift]:
    """Return the steps of a cell on a task, in the order of commits.

    The commit that divides the seeds' values best is tested first, then the parts before and after
    it (binary segmentation, Scott and Knott 1974). P-values are adjusted for all commits at which
    any seed changed (Bonferroni).

    table: (commits, seeds); nan where a commit lacks a seed.
    """
    changed = _changes(table)
    found: list[Shift] = []
    parts = [(0, len(table))]
    while parts:
        first, last = parts.pop()
        shift = _best(table, [at for at in changed if first < at < last], (first, last))
        if shift is None or min(1.0, shift.p_value * len(changed)) > LEVEL:
            continue
        found.append(shift._replace(p_value=min(1.0, shift.p_value * len(changed))))
        parts += [(first, shift.start), (shift.start, last)]
    return sorted(found)


def _changes(table: Table) -> list[int]:
    """Return the commits at which any seed has another value than at the commit before."""
    before, after = table[:-1], table[1:]
    differs = (before != after) & ~(np.isnan(before) | np.isnan(after))
    return (np.flatnonzero(differs.any(axis=1)) + 1).tolist()


def _best(table: Table, places: Sequence[int], part: tuple[int, int]) -> Shift | None:
    """Return the step at the place that divides a part of the commits best; None without one."""
    first, last = part
    best: Shift | None = None
    for place in places:
        differences = _differences(table[first:place], table[place:last])
        if len(differences) < VERDICT_SEEDS or not differences.any():
            continue
        values = differences.tolist()
        p_value = 2 * min(p_above(values, 0.0, differ=True), p_below(values, 0.0, differ=True))
        shift = Shift(place, effect(values), min(1.0, p_value), (place - first, last - place))
        if best is None or _order(shift) < _order(best):
            best = shift
    return best


def _order(shift: Shift) -> tuple[float, float]:
    return shift.p_value, -abs(shift.effect.centre)


def _differences(before: Table, after: Table) -> Table:
    """Return the mean of each seed after a commit less that before it, of seeds with both."""
    common = ~(np.isnan(before).all(axis=0) | np.isnan(after).all(axis=0))
    means: Table = np.nanmean(after[:, common], axis=0) - np.nanmean(before[:, common], axis=0)
    return means
