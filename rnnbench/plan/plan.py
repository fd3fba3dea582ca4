"""The planner: a pure function of the suite, the known results and the running trials gives the
trials to run next."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, product
from typing import NamedTuple

from rnnbench.findings import is_raced
from rnnbench.plan.known import Index
from rnnbench.plan.replicates import cost_trials
from rnnbench.plan.search_state import SearchState
from rnnbench.plan.seed_allocation import SeedAllocation
from rnnbench.plan.trials import is_searched, learning_trial, tuning_trials
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, Trial, trial_id


def plan(
    suite: Suite, index: Index, in_flight: Collection[str], without: Collection[str] = ()
) -> list[Trial]:
    """The trials to run next; `in_flight` has the ids of those that run, and nothing is planned on
    the tasks in `without`.

    Learning trials come first, all whose turn has come, so that the executor may pack them tightly:
    the search for a cell's learning rate, then its evaluation at the rates that remain; a rung of a
    ladder once the rung below is solved in most seeds. A cost trial needs the machine to itself: it
    is planned alone, when nothing else is left and nothing runs. An empty answer with nothing in
    flight means that the suite is complete.
    """
    learning: list[Trial] = []
    for trial in learning_trials(suite, index):
        if trial.task not in without and _is_missing(trial, index, in_flight):
            learning.append(trial)
    if learning or in_flight:
        return learning
    for cost_trial in cost_trials(suite, index):
        if _is_missing(cost_trial, index, in_flight):
            return [cost_trial]
    return []


def _is_missing(trial: Trial, index: Index, in_flight: Collection[str]) -> bool:
    identity = trial_id(trial)
    return identity not in index and identity not in in_flight


def learning_trials(suite: Suite, index: Index) -> Iterator[LearningTrial]:
    """Yield every learning trial whose turn has come, done ones included.

    Searches come first, then evaluations seed by seed, so that a run cut short compares all cells
    on the seeds it has.
    """
    for use in suite.tasks:
        if is_searched(use) and not is_raced(use.recipe):
            for cell in suite.cells_on(use):
                yield from tuning_trials(suite, use, cell)
    evaluations = _evaluations(suite, index)
    longest = max((len(evaluation.by_seed) for evaluation in evaluations), default=0)
    for position in range(longest):
        for evaluation in evaluations:
            if position >= len(evaluation.by_seed):
                continue
            for rate, seed in evaluation.by_seed[position]:
                yield learning_trial(suite, evaluation.use, evaluation.cell, seed, rate)


class _Evaluation(NamedTuple):
    """The evaluation of a cell on a task: for each seed, the pairs of rate and seed to train."""

    use: TaskUse
    cell: CellUse
    by_seed: list[list[tuple[float, int]]]


def _evaluations(suite: Suite, index: Index) -> list[_Evaluation]:
    """The evaluations of all cells on the rungs that they may climb."""
    search_state = SearchState(suite, index)
    allocation = SeedAllocation(suite, index, search_state)
    evaluations = []
    for use in suite.tasks:
        for cell in suite.cells_on(use):
            if search_state.climbs(use, cell):
                seeds = allocation.seeds(use, cell)
                by_seed = _trainings_by_seed(use, cell, search_state, seeds)
                evaluations.append(_Evaluation(use, cell, by_seed))
    return evaluations


def _trainings_by_seed(
    use: TaskUse, cell: CellUse, search_state: SearchState, seeds: Sequence[int]
) -> list[list[tuple[float, int]]]:
    """The pairs of rate and seed at which a cell is to be trained, grouped by seed."""
    if is_raced(use.recipe):
        trainings = search_state.raced(use, cell, seeds).trainings
        return [list(pairs) for _, pairs in groupby(trainings, key=lambda pair: pair[1])]
    rates = search_state.rates(use, cell) or ()
    return [list(product(rates, [seed])) for seed in seeds]


def due_trials(suite: Suite, index: Index) -> list[Trial]:
    """All trials whose turn has come, done ones included, in the order of their execution."""
    return [*learning_trials(suite, index), *cost_trials(suite, index)]
