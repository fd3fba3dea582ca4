"""Looks (interim analyses) at a comparison: at what level each decides, and when the next would."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, count
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.grouping import learning_of, learning_trial, setting_of
from rnnbench.findings.learning.records import Comparison
from rnnbench.findings.rows import in_full
from rnnbench.findings.stats import error_spending
from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS
from rnnbench.findings.stats.power import MOST_ADVISED
from rnnbench.records import Look, Looked, Result, trial_id

Pair = tuple[str, str]


class Schedule(NamedTuple):
    """The looks at a comparison of two cells.

    seeds:   number of seeds at this look.
    before:  number of seeds at each look before.
    planned: number of seeds that were meant to decide; at least as many as can decide.
    pairs:   how many pairs of cells are compared together, each with its share of the error.
    evenly:  whether looks at fewer seeds than planned are meant to decide too.
    """

    seeds: int
    before: tuple[int, ...] = ()
    planned: int = 0
    pairs: int = 1
    evenly: bool = False

    @property
    def level(self) -> float:
        """The level at which this look decides; 0 where it can decide nothing.

        It is compared with a p-value that is adjusted over all pairs.
        """
        return self._level(self.before, self.seeds)

    @property
    def counted(self) -> tuple[int, ...]:
        """The looks before this one that could have come to a verdict."""
        earlier = [seeds for seeds in self.before if seeds < self.seeds]
        return error_spending.looks_that_count(
            earlier, self.settling, self._error, evenly=self.evenly
        )

    @property
    def needed(self) -> int:
        """Fewest informative seeds that can carry a verdict.

        Where this look can decide nothing, the number is that of the next look.
        """
        if self.level:
            return max(VERDICT_SEEDS, int(np.ceil(1 - np.log2(self.level / self.pairs))))
        return next(seeds for seeds in count(self.seeds + 1) if self.next_level(seeds))

    def next_level(self, seeds: int) -> float:
        """Return the level of a next look at so many seeds."""
        return self._level((*self.before, self.seeds), seeds)

    def more_seeds(self, reckon: Callable[[float], int | None]) -> int | None:
        """Return how many more seeds would decide in four of five cases at the next look.

        None where that would take too many seeds.

        reckon: returns how many more seeds would reach a given p-value, which is that of the
                first pair by Holm's method.
        """
        total = self.seeds + 1
        while total - self.seeds <= MOST_ADVISED:
            level = self.next_level(total)
            if not level:
                total += 1
                continue
            more = reckon(level / self.pairs)
            if more is None:
                return None
            wanted = self.seeds + more
            if wanted <= total:
                return total - self.seeds
            total = wanted
        return None

    @property
    def settling(self) -> int:
        """The number of seeds that are meant to decide."""
        named = self.planned or min((*self.before, self.seeds))
        return max(named, error_spending.fewest_seeds(self.pairs))

    @property
    def _error(self) -> float:
        return LEVEL / self.pairs

    def _level(self, before: Sequence[int], seeds: int) -> float:
        return self.pairs * error_spending.level(
            before, seeds, self.settling, self._error, evenly=self.evenly
        )


Looks = Mapping[Pair, Schedule]
"""Schedules by two rows, in the order of their names."""


def together(looks: Looks, pairs: Sequence[Pair]) -> Looks:
    """Return the looks at these pairs of cells, which are compared together."""
    return {pair: looks[pair]._replace(pairs=len(pairs)) for pair in pairs}


def noted(comparison: Comparison, look: Schedule) -> Comparison:
    """Add to a comparison the look that it was made at."""
    return replace(
        comparison, level=look.level, looked=look.counted, planned=look.planned, needed=look.needed
    )


def look_at(group: Sequence[Result]) -> Look:
    """Return the look at the results of one condition: how many seeds each cell has."""
    seeds: dict[str, set[int]] = {}
    for result in group:
        trial = learning_trial(result)
        seeds_of_cell = seeds.setdefault(in_full(trial.cell), set())
        if learning_of(result):
            seeds_of_cell.add(trial.seed)
    return Look(
        condition=trial_id(setting_of(learning_trial(group[0]))),
        seeds={cell: len(seeds[cell]) for cell in sorted(seeds)},
    )


def schedules(look: Look, looked: Looked, cells: Mapping[str, str]) -> Looks:
    """Return the looks at each pair of rows.

    cells: the full name of each row's cell.
    """
    before = [earlier.seeds for earlier in looked.looks if earlier.condition == look.condition]
    by_pair = {}
    for pair in combinations(sorted(cells), 2):
        both = [cells[row] for row in pair]
        earlier = {_common(seeds, both) for seeds in before}
        now = _common(look.seeds, both)
        by_pair[pair] = Schedule(now, tuple(sorted(earlier - {now, 0})), looked.planned)
    return by_pair


def _common(seeds: Mapping[str, int], cells: Sequence[str]) -> int:
    """Return how many seeds all of these cells have."""
    return min(seeds.get(cell, 0) for cell in cells)
