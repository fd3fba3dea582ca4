"""The planner: which trials to run next. A pure function of the suite, of what is known so far, and of what runs."""

from collections.abc import Collection, Iterator
from itertools import islice

from rnnbench.findings import is_screened
from rnnbench.plan.demand import Demand
from rnnbench.plan.known import Index
from rnnbench.plan.ladder import Standing
from rnnbench.plan.replicates import cost_trials
from rnnbench.plan.search import screening
from rnnbench.plan.trials import is_searched, learning_trial, tuning_trials
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, Trial, trial_id


def plan(suite: Suite, index: Index, in_flight: Collection[str]) -> list[Trial]:
    """Trials to run next.

    Learning trials come first, all whose turn has come, to be packed as tightly as the executor likes: the search for a
    cell's learning rate, then its evaluation at the rate that was found; a rung of a ladder once the one below it is
    solved in most seeds. A cost trial wants the machine to itself: it is given out alone, when nothing else is left and
    nothing runs. An empty answer with nothing in flight means that the suite is complete.
    """
    learning: list[Trial] = [t for t in learning_trials(suite, index) if _missing(t, index, in_flight)]
    if learning or in_flight:
        return learning
    return list(islice((t for t in cost_trials(suite, index) if _missing(t, index, in_flight)), 1))


def _missing(trial: Trial, index: Index, in_flight: Collection[str]) -> bool:
    identity = trial_id(trial)
    return identity not in index and identity not in in_flight


def learning_trials(suite: Suite, index: Index) -> Iterator[LearningTrial]:
    """Every learning trial whose turn has come, done ones included: searches first, then evaluations seed by seed, so
    that a run cut short compares all cells on the seeds it has."""
    searched: set[str] = set()
    for use in suite.tasks:
        if is_searched(use):
            for cell in suite.cells_on(use):
                trials = _search(suite, use, cell, index)
                searched.update(map(trial_id, trials))
                yield from trials
    standing = Standing(suite, index)
    demand = Demand(suite, index, standing)
    turns = [
        (use, cell, rate, demand.seeds(use, cell))
        for use in suite.tasks
        for cell in suite.cells_on(use)
        if standing.climbs(use, cell)
        for rate in standing.rates(use, cell) or ()
    ]
    for at in range(max((len(seeds) for *_, seeds in turns), default=0)):
        for use, cell, rate, seeds in turns:
            if at < len(seeds):
                trial = learning_trial(suite, use, cell, seeds[at], rate)
                if trial_id(trial) not in searched:
                    yield trial


def _search(suite: Suite, use: TaskUse, cell: CellUse, index: Index) -> list[LearningTrial]:
    """All that the search for a cell's rate has asked for."""
    if not is_screened(use.recipe):
        return tuning_trials(suite, use, cell)
    trainings = screening(suite, use, cell, index).trainings
    return [learning_trial(suite, use, cell, seed, rate) for rate, seed in trainings]


def due_trials(suite: Suite, index: Index) -> list[Trial]:
    """All trials whose turn has come by what is known, done ones included, in the order in which they are given out."""
    return [*learning_trials(suite, index), *cost_trials(suite, index)]
