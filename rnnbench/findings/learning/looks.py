"""Which look at a comparison this one is, at what level it decides, and when another one would."""

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
from rnnbench.findings.stats.holm import holm
from rnnbench.findings.stats.power import MOST_SAID
from rnnbench.records import Look, Looked, Result, trial_id

Pair = tuple[str, str]


class Schedule(NamedTuple):
    """The looks at a comparison of two cells.

    seeds:   those of this look.
    before:  those of each look before.
    planned: how many were meant to decide; fewer than can decide count as that many.
    pairs:   how many pairs of cells are compared together, each with its share of the error.
    evenly:  whether looks at fewer seeds than planned are to decide too.
    """

    seeds: int
    before: tuple[int, ...] = ()
    planned: int = 0
    pairs: int = 1
    evenly: bool = False

    @property
    def level(self) -> float:
        """At which this look decides, of a p-value that is adjusted over all pairs; 0 where it can
        decide nothing."""
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
        """Fewest seeds that tell something which can carry a verdict: at this look, or else at the
        next."""
        if self.level:
            return max(VERDICT_SEEDS, int(np.ceil(1 - np.log2(self.level / self.pairs))))
        return next(seeds for seeds in count(self.seeds + 1) if self.next_level(seeds))

    def next_level(self, seeds: int) -> float:
        """The same of a look at so many seeds, after this one."""
        return self._level((*self.before, self.seeds), seeds)

    def more_seeds(self, reckon: Callable[[float], int | None]) -> int | None:
        """How many more seeds would decide in four of five cases at the next look; None where no
        end is in sight.

        reckon: the same by the p-value that is small enough, that of the first of the pairs.
        """
        total = self.seeds + 1
        while total - self.seeds <= MOST_SAID:
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
        """How many seeds are to decide."""
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
"""By two rows, in their order."""


def together(looks: Looks, pairs: Sequence[Pair]) -> Looks:
    """The looks at these pairs of cells, which are compared together."""
    return {pair: looks[pair]._replace(pairs=len(pairs)) for pair in pairs}


def noted(comparison: Comparison, look: Schedule) -> Comparison:
    """The comparison, with what there is to know of the look that it was made at."""
    return replace(
        comparison, level=look.level, looked=look.counted, planned=look.planned, needed=look.needed
    )


def adjusted(p_values: Mapping[Pair, float], looks: Looks) -> dict[Pair, float]:
    """P-values by Holm's method over all pairs of `looks`, each to be held against the level of its
    own look: where these differ, what counts is the part of its level that a p-value takes. A pair
    that has no p-value yet may say anything, and keeps its share."""
    levels = [looks[pair].level for pair in p_values]
    weights = [min(levels) / level for level in levels]
    parts = [p_value * weight for p_value, weight in zip(p_values.values(), weights, strict=True)]
    by_holm = holm([*parts, *[1.0] * (len(looks) - len(parts))])[: len(parts)]
    return {
        pair: min(1.0, p_value / weight)
        for pair, p_value, weight in zip(p_values, by_holm, weights, strict=True)
    }


def look_at(group: Sequence[Result]) -> Look:
    """The results of one condition as a look: how many seeds each cell has."""
    seeds: dict[str, set[int]] = {}
    for result in group:
        trial = learning_trial(result)
        of_cell = seeds.setdefault(in_full(trial.cell), set())
        if learning_of(result):
            of_cell.add(trial.seed)
    return Look(
        condition=trial_id(setting_of(learning_trial(group[0]))),
        seeds={cell: len(found) for cell, found in sorted(seeds.items())},
    )


def schedules(look: Look, looked: Looked, cells: Mapping[str, str]) -> Looks:
    """For each two rows their looks.

    cells: by row the cell, in full.
    """
    before = [one.seeds for one in looked.looks if one.condition == look.condition]
    found = {}
    for pair in combinations(sorted(cells), 2):
        both = [cells[row] for row in pair]
        earlier = {_common(seeds, both) for seeds in before}
        now = _common(look.seeds, both)
        found[pair] = Schedule(now, tuple(sorted(earlier - {now, 0})), looked.planned)
    return found


def _common(seeds: Mapping[str, int], cells: Sequence[str]) -> int:
    return min(seeds.get(cell, 0) for cell in cells)
