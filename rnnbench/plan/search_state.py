"""The search state of each cell on each task: its remaining rates, and the rungs it may climb."""

from collections.abc import Iterator, Sequence
from itertools import product

from rnnbench.findings import Raced, is_raced
from rnnbench.plan.known import Index
from rnnbench.plan.search import raced, tuned
from rnnbench.plan.trials import first_seeds, is_searched, learning_trial
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, trial_id


class SearchState:
    """The search state of a suite by its known results; answers are computed once and kept."""

    def __init__(self, suite: Suite, index: Index) -> None:
        self._suite = suite
        self._index = index
        self._rates: dict[tuple[int, str], tuple[float, ...] | None] = {}
        self._raced: dict[tuple[int, str, tuple[int, ...]], Raced] = {}
        self._climbs: dict[tuple[int, str], bool] = {}

    def rates(self, use: TaskUse, cell: CellUse) -> tuple[float, ...] | None:
        """The learning rates of a cell's evaluation; None while the search for them goes on."""
        key = (id(use.lowest), cell.row)
        if key not in self._rates:
            self._rates[key] = self._rates_on_lowest_rung(use.lowest, cell)
        return self._rates[key]

    def raced(self, use: TaskUse, cell: CellUse, seeds: Sequence[int]) -> Raced:
        """The state of the race of a cell's rates over these seeds.

        On a higher rung of a ladder, the race takes the rates that remain on the lowest rung, and
        asks for no training before those are known.
        """
        key = (id(use), cell.row, tuple(seeds))
        if key not in self._raced:
            self._raced[key] = self._race(use, cell, seeds)
        return self._raced[key]

    def _race(self, use: TaskUse, cell: CellUse, seeds: Sequence[int]) -> Raced:
        if use.below is None:
            return raced(self._suite, use, cell, self._index, seeds)
        lowest = self.raced(use.lowest, cell, seeds)
        if not lowest.complete:
            return Raced((), lowest.rates, lowest.left, complete=False)
        return raced(self._suite, use, cell, self._index, seeds, lowest.left)

    def _rates_on_lowest_rung(self, use: TaskUse, cell: CellUse) -> tuple[float, ...] | None:
        if not use.recipe.tune:
            return (use.recipe.learning_rate,)
        if not is_searched(use):
            return (use.recipe.learning_rates[0],)
        if is_raced(use.recipe):
            race = self.raced(use, cell, first_seeds(self._suite))
            return race.left if race.complete else None
        rate = tuned(self._suite, use, cell, self._index)
        return None if rate is None else (rate,)

    def climbs(self, use: TaskUse, cell: CellUse) -> bool:
        """Whether a cell may try this rung: it solved all lower ones in most seeds."""
        key = (id(use), cell.row)
        if key not in self._climbs:
            below = use.below
            self._climbs[key] = below is None or (
                self.climbs(below, cell) and self._solves_most(below, cell)
            )
        return self._climbs[key]

    def _solves_most(self, use: TaskUse, cell: CellUse) -> bool:
        """Whether a cell solves a task in most seeds, at some rate of its evaluation."""
        rates = self.rates(use, cell) or ()
        number = len(self._suite.seeds)
        return any(2 * self._count_solved(use, cell, rate) > number for rate in rates)

    def _count_solved(self, use: TaskUse, cell: CellUse, rate: float) -> int:
        solved = 0
        for seed in self._suite.seeds:
            trial = learning_trial(self._suite, use, cell, seed, rate)
            outcome = self._index.get(trial_id(trial))
            if outcome is not None and outcome.epochs_to_target is not None:
                solved += 1
        return solved


def unclimbed(suite: Suite, index: Index) -> list[tuple[LearningTrial, str]]:
    """The trials of a complete suite on rungs that their cell did not reach, with the reason.

    A trial that has a result from an earlier run with other seeds keeps it.
    """
    search_state = SearchState(suite, index)
    unreached = []
    for use in suite.tasks:
        for cell in suite.cells_on(use):
            rates = search_state.rates(use, cell)
            if rates is None or search_state.climbs(use, cell):
                continue
            failed = next(rung for rung in _downwards(use) if search_state.climbs(rung, cell))
            reason = (
                f"not tried: {cell.row} does not solve horizon {failed.dials['horizon']} in most"
                " seeds"
            )
            for rate, seed in product(rates, suite.seeds):
                trial = learning_trial(suite, use, cell, seed, rate)
                if trial_id(trial) not in index:
                    unreached.append((trial, reason))
    return unreached


def _downwards(use: TaskUse) -> Iterator[TaskUse]:
    """Yield the rungs of a ladder from this one down."""
    yield use
    if use.below:
        yield from _downwards(use.below)
