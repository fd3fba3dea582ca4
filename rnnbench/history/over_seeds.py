"""Where a cell begins to learn otherwise: the seeds before a commit, paired with those after it.

Training at a fixed seed repeats to the last bit until something else is computed. Values of many
commits are therefore no repetitions, and the unit of a test is the seed, as in a gate.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS
from rnnbench.findings.stats.hodges_lehmann import effect
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import p_above, p_below

Table = NDArray[np.float64]
MOST_CHANGES = 10
"""Commits at which a seed changed that are tested together, where the seeds carry so many."""


class Shift(NamedTuple):
    """A step over seeds.

    start:   the position of the first commit after it.
    effect:  of the typical seed, with its 95 % interval.
    before:  the mean of each paired seed over the commits until then, back to the step before.
    now:     the mean of the same seeds from then on, up to the next step.
    """

    start: int
    effect: Range
    p_value: float
    counts: tuple[int, int]
    before: tuple[float, ...]
    now: tuple[float, ...]


def shifts(table: Table) -> list[Shift]:
    """Return the steps of a cell on a task, in the order of commits.

    Commits at which any seed changed are tested in groups, in their order, each group as large as
    the number of seeds can carry, and p-values are adjusted for the group (Bonferroni). So a
    history that grows changes no step of an earlier group. Within a group, the commit that divides
    the seeds' values best is tested first, then the parts before and after it (binary segmentation,
    Scott and Knott 1974); steps that do not hold between their neighbours are given up.

    table: (commits, seeds); nan where a commit lacks a seed.
    """
    found: list[Shift] = []
    for changed, part in _groups(table):
        starts = _divided(table, changed, part)
        found += _that_hold(table, starts, part, len(changed))
    return found


def seeds_that_return(table: Table) -> int:
    """Return how many seeds have values at two commits; at one, where there is only one.

    table: (commits, seeds); nan where a commit lacks a seed.
    """
    counts = (~np.isnan(table)).sum(axis=0)
    return int((counts >= min(2, len(table))).sum())


def _groups(table: Table) -> Iterator[tuple[list[int], tuple[int, int]]]:
    """Yield groups of commits at which any seed changed, each with the commits from the change
    before it to the change after it, without that one."""
    changed = _changes(table)
    size = _most_changes(seeds_that_return(table))
    if not size:
        return
    for place in range(0, len(changed), size):
        first = changed[place - 1] if place else 0
        ends = changed[place + size : place + size + 1]
        yield changed[place : place + size], (first, ends[0] if ends else len(table))


def _most_changes(seeds: int) -> int:
    """Return by how many tests the smallest p-value of so many seeds may be multiplied; 0 for too
    few seeds."""
    if seeds < VERDICT_SEEDS:
        return 0
    smallest = 2.0 ** (1 - seeds)
    return min(MOST_CHANGES, int(LEVEL / smallest))


def _changes(table: Table) -> list[int]:
    """Return the commits at which any seed has another value than at the commit before."""
    before = table[:-1]
    after = table[1:]
    differs = (before != after) & ~(np.isnan(before) | np.isnan(after))
    return (np.flatnonzero(differs.any(axis=1)) + 1).tolist()


def _divided(table: Table, changed: Sequence[int], part: tuple[int, int]) -> list[int]:
    """Return the commits that divide a part significantly, each when it was found."""
    starts: list[int] = []
    parts = [part]
    while parts:
        first, last = parts.pop()
        shift = _best(table, [at for at in changed if first < at < last], (first, last))
        if shift is None or shift.p_value * len(changed) > LEVEL:
            continue
        starts.append(shift.start)
        parts += [(first, shift.start), (shift.start, last)]
    return sorted(starts)


def _that_hold(table: Table, starts: list[int], part: tuple[int, int], tests: int) -> list[Shift]:
    """Return the steps at these commits, each between its neighbours; those that are not
    significant there are given up, the least significant first."""
    while True:
        bounds = [part[0], *starts, part[1]]
        found = []
        doubtful: list[tuple[float, int]] = []
        for (first, start), (_, last) in pairwise(pairwise(bounds)):
            shift = _shift(table, start, (first, last))
            p_value = min(1.0, shift.p_value * tests) if shift else 1.0
            if shift is None or p_value > LEVEL:
                doubtful.append((p_value, start))
            else:
                found.append(shift._replace(p_value=p_value))
        if not doubtful:
            return found
        starts = [start for start in starts if start != max(doubtful)[1]]


def _best(table: Table, places: Sequence[int], part: tuple[int, int]) -> Shift | None:
    """Return the step at the place that divides a part of the commits best; None without one."""
    shifts_there = [_shift(table, place, part) for place in places]
    return min((shift for shift in shifts_there if shift), key=_order, default=None)


def _shift(table: Table, place: int, part: tuple[int, int]) -> Shift | None:
    """Return the step at a place within a part; None where too few seeds are paired, or none
    differs."""
    first, last = part
    before = table[first:place]
    after = table[place:last]
    common = ~(np.isnan(before).all(axis=0) | np.isnan(after).all(axis=0))
    old: Table = np.nanmean(before[:, common], axis=0)
    new: Table = np.nanmean(after[:, common], axis=0)
    values: list[float] = (new - old).tolist()
    if len(values) < VERDICT_SEEDS or not any(values):
        return None
    p_value = 2 * min(p_above(values, 0.0, differ=True), p_below(values, 0.0, differ=True))
    return Shift(
        start=place,
        effect=effect(values),
        p_value=min(1.0, p_value),
        counts=(place - first, last - place),
        before=tuple(old.tolist()),
        now=tuple(new.tolist()),
    )


def _order(shift: Shift) -> tuple[float, float]:
    return shift.p_value, -abs(shift.effect.centre)
