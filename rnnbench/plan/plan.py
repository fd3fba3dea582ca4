"""The planner: which trials to run next. A pure function of the suite, of what is known so far, and
of what runs."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, islice

from rnnbench.findings import is_raced
from rnnbench.plan.known import Index
from rnnbench.plan.replicates import cost_trials
from rnnbench.plan.search_state import SearchState
from rnnbench.plan.seed_allocation import SeedAllocation
from rnnbench.plan.trials import is_searched, learning_trial, tuning_trials
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, Trial, trial_id


def plan(suite: Suite, index: Index, in_flight: Collection[str]) -> list[Trial]:
    """Trials to run next.

    Learning trials come first, all whose turn has come, to be packed as tightly as the executor
    likes: the search for a cell's learning rate, then its evaluation at the rates that are left; a
    rung of a ladder once the one below it is solved in most seeds. A cost trial wants the machine
    to itself: it is given out alone, when nothing else is left and nothing runs. An empty answer
    with nothing in flight means that the suite is complete.
    """
    learning: list[Trial] = [
        t for t in learning_trials(suite, index) if _missing(t, index, in_flight)
    ]
    if learning or in_flight:
        return learning
    return list(islice((t for t in cost_trials(suite, index) if _missing(t, index, in_flight)), 1))


def _missing(trial: Trial, index: Index, in_flight: Collection[str]) -> bool:
    identity = trial_id(trial)
    return identity not in index and identity not in in_flight


def learning_trials(suite: Suite, index: Index) -> Iterator[LearningTrial]:
    """Every learning trial whose turn has come, done ones included: searches first, then
    evaluations seed by seed, so that a run cut short compares all cells on the seeds it has."""
    for use in suite.tasks:
        if is_searched(use) and not is_raced(use.recipe):
            for cell in suite.cells_on(use):
                yield from tuning_trials(suite, use, cell)
    standing = SearchState(suite, index)
    demand = SeedAllocation(suite, index, standing)
    turns = [
        (use, cell, _evaluations(use, cell, standing, demand.seeds(use, cell)))
        for use in suite.tasks
        for cell in suite.cells_on(use)
        if standing.climbs(use, cell)
    ]
    for at in range(max((len(seeds) for *_, seeds in turns), default=0)):
        for use, cell, seeds in turns:
            for rate, seed in seeds[at] if at < len(seeds) else ():
                yield learning_trial(suite, use, cell, seed, rate)


def _evaluations(
    use: TaskUse, cell: CellUse, standing: SearchState, seeds: Sequence[int]
) -> list[list[tuple[float, int]]]:
    """Rates and seeds at which a cell is to be trained by what is known, seed by seed."""
    if is_raced(use.recipe):
        trainings = standing.raced(use, cell, seeds).trainings
        return [list(of_seed) for _, of_seed in groupby(trainings, key=lambda pair: pair[1])]
    return [[(rate, seed) for rate in standing.rates(use, cell) or ()] for seed in seeds]


def due_trials(suite: Suite, index: Index) -> list[Trial]:
    """All trials whose turn has come by what is known, done ones included, in the order in which
    they are given out."""
    return [*learning_trials(suite, index), *cost_trials(suite, index)]
