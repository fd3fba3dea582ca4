"""What is known of each cell on each task: the rates that its search left, and how far it may climb a ladder."""

from collections.abc import Iterator

from rnnbench.plan.known import Index
from rnnbench.plan.search import found_rates
from rnnbench.plan.trials import learning_trial
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, trial_id


class Standing:
    """Where the cells of a suite stand by what is known; each question is answered once."""

    def __init__(self, suite: Suite, index: Index) -> None:
        self._suite, self._index = suite, index
        self._rates: dict[tuple[int, str], tuple[float, ...] | None] = {}
        self._climbs: dict[tuple[int, str], bool] = {}

    def rates(self, use: TaskUse, cell: CellUse) -> tuple[float, ...] | None:
        """The learning rates of a cell's evaluation; None while the search for them is not complete."""
        key = id(use.lowest), cell.row
        if key not in self._rates:
            self._rates[key] = found_rates(self._suite, use, cell, self._index)
        return self._rates[key]

    def climbs(self, use: TaskUse, cell: CellUse) -> bool:
        """Whether a cell may try this rung: it solved all those below in most seeds."""
        key = id(use), cell.row
        if key not in self._climbs:
            below = use.below
            self._climbs[key] = below is None or (self.climbs(below, cell) and self._solved_most(below, cell))
        return self._climbs[key]

    def _solved_most(self, use: TaskUse, cell: CellUse) -> bool:
        """At one of the rates of its evaluation."""
        seeds = self._suite.seeds
        return any(2 * self._solved(use, cell, rate) > len(seeds) for rate in self.rates(use, cell) or ())

    def _solved(self, use: TaskUse, cell: CellUse, rate: float) -> int:
        trials = [learning_trial(self._suite, use, cell, seed, rate) for seed in self._suite.seeds]
        outcomes = [self._index.get(trial_id(trial)) for trial in trials]
        return sum(outcome is not None and outcome.epochs_to_target is not None for outcome in outcomes)


def unclimbed(suite: Suite, index: Index) -> list[tuple[LearningTrial, str]]:
    """The trials of a complete suite that stand on rungs which their cell did not reach, with the reason.

    What has a result all the same, from a run with other seeds, keeps it.
    """
    standing, found = Standing(suite, index), []
    for use in suite.tasks:
        for cell in suite.cells_on(use):
            rates = standing.rates(use, cell)
            if rates is None or standing.climbs(use, cell):
                continue
            failed = next(rung for rung in _downwards(use) if standing.climbs(rung, cell))
            reason = f"not tried: {cell.row} does not solve horizon {failed.dials['horizon']} in most seeds"
            trials = (learning_trial(suite, use, cell, seed, rate) for rate in rates for seed in suite.seeds)
            found += [(trial, reason) for trial in trials if trial_id(trial) not in index]
    return found


def _downwards(use: TaskUse) -> Iterator[TaskUse]:
    yield use
    if use.below:
        yield from _downwards(use.below)
