"""What is known of each cell on each task: the rates that its search left, and how far it may climb
a ladder."""

from collections.abc import Iterator, Sequence

from rnnbench.findings import Raced, is_raced
from rnnbench.plan.known import Index
from rnnbench.plan.search import raced, tuned
from rnnbench.plan.trials import first_seeds, is_searched, learning_trial
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, trial_id


class SearchState:
    """Where the cells of a suite stand by what is known; each question is answered once."""

    def __init__(self, suite: Suite, index: Index) -> None:
        self._suite, self._index = suite, index
        self._rates: dict[tuple[int, str], tuple[float, ...] | None] = {}
        self._raced: dict[tuple[int, str, tuple[int, ...]], Raced] = {}
        self._climbs: dict[tuple[int, str], bool] = {}

    def rates(self, use: TaskUse, cell: CellUse) -> tuple[float, ...] | None:
        """The learning rates of a cell's evaluation; None while the search for them is not
        complete."""
        key = id(use.lowest), cell.row
        if key not in self._rates:
            self._rates[key] = self._found(use.lowest, cell)
        return self._rates[key]

    def raced(self, use: TaskUse, cell: CellUse, seeds: Sequence[int]) -> Raced:
        """How far the race of a cell's rates has come over these seeds. On a rung of a ladder it is
        one of those that are left on the lowest rung, and asks for nothing before that is known."""
        key = id(use), cell.row, tuple(seeds)
        if key not in self._raced:
            below = None if use.below is None else self.raced(use.lowest, cell, seeds)
            if below and not below.complete:
                self._raced[key] = Raced((), below.rates, below.left, complete=False)
            else:
                rates = below.left if below else ()
                self._raced[key] = raced(self._suite, use, cell, self._index, seeds, rates)
        return self._raced[key]

    def _found(self, use: TaskUse, cell: CellUse) -> tuple[float, ...] | None:
        """On the lowest rung."""
        if not use.recipe.tune:
            return (use.recipe.learning_rate,)
        if not is_searched(use):
            return (use.recipe.learning_rates[0],)
        if is_raced(use.recipe):
            found = self.raced(use, cell, first_seeds(self._suite))
            return found.left if found.complete else None
        rate = tuned(self._suite, use, cell, self._index)
        return None if rate is None else (rate,)

    def climbs(self, use: TaskUse, cell: CellUse) -> bool:
        """Whether a cell may try this rung: it solved all those below in most seeds."""
        key = id(use), cell.row
        if key not in self._climbs:
            below = use.below
            self._climbs[key] = below is None or (
                self.climbs(below, cell) and self._solved_most(below, cell)
            )
        return self._climbs[key]

    def _solved_most(self, use: TaskUse, cell: CellUse) -> bool:
        """At one of the rates of its evaluation."""
        seeds = self._suite.seeds
        return any(
            2 * self._solved(use, cell, rate) > len(seeds) for rate in self.rates(use, cell) or ()
        )

    def _solved(self, use: TaskUse, cell: CellUse, rate: float) -> int:
        trials = [learning_trial(self._suite, use, cell, seed, rate) for seed in self._suite.seeds]
        outcomes = [self._index.get(trial_id(trial)) for trial in trials]
        return sum(
            outcome is not None and outcome.epochs_to_target is not None for outcome in outcomes
        )


def unclimbed(suite: Suite, index: Index) -> list[tuple[LearningTrial, str]]:
    """The trials of a complete suite that stand on rungs which their cell did not reach, with the
    reason.

    What has a result all the same, from a run with other seeds, keeps it.
    """
    standing, found = SearchState(suite, index), []
    for use in suite.tasks:
        for cell in suite.cells_on(use):
            rates = standing.rates(use, cell)
            if rates is None or standing.climbs(use, cell):
                continue
            failed = next(rung for rung in _downwards(use) if standing.climbs(rung, cell))
            reason = (
                f"not tried: {cell.row} does not solve horizon {failed.dials['horizon']} in most"
                " seeds"
            )
            trials = (
                learning_trial(suite, use, cell, seed, rate)
                for rate in rates
                for seed in suite.seeds
            )
            found += [(trial, reason) for trial in trials if trial_id(trial) not in index]
    return found


def _downwards(use: TaskUse) -> Iterator[TaskUse]:
    yield use
    if use.below:
        yield from _downwards(use.below)
