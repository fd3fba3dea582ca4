"""Finds the tasks of a suite whose data cannot be had here, and the trials that they lose."""

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from rnnbench.archives import fetch
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.executors.running import without_run
from rnnbench.findings import is_raced
from rnnbench.plan import Index, SearchState, learning_trial, learning_trials
from rnnbench.records import LearningTrial, Result, Suite, TaskUse, trial_id


def tasks_without_data(suite: Suite, index: Index, catalogue: Catalogue) -> dict[str, str]:
    """Fetch the archives that trials without a result need; return the failures by task."""
    reasons = {}
    trials = learning_trials(suite, index)
    tasks = {trial.task for trial in trials if trial_id(trial) not in index}
    for task in sorted(tasks):
        try:
            for archive in catalogue.tasks[task].item.archives:
                fetch(archive)
        except DataUnavailable as error:
            reasons[task] = str(error)
    return reasons


def evaluations_without_result(suite: Suite, task: str, index: Index) -> Iterator[LearningTrial]:
    """Yield the evaluations on a task without a result.

    They are at the rates that the search has found, or at the recipe's own rate.
    """
    search_state = SearchState(suite, index)
    for use in suite.tasks:
        if use.name != task:
            continue
        for cell in suite.cells_on(use):
            rates = search_state.rates(use, cell) or (_own_rate(use),)
            for rate, seed in product(rates, suite.seeds):
                trial = learning_trial(suite, use, cell, seed, rate)
                if trial_id(trial) not in index:
                    yield trial


def skipped(suite: Suite, reasons: Mapping[str, str], index: Index) -> Iterator[Result]:
    """Yield a skipped result for each evaluation on a task without data, by the reason for each
    task."""
    for task, reason in reasons.items():
        for trial in evaluations_without_result(suite, task, index):
            yield without_run(trial, "skipped", reason)


def kept_on(suite: Suite, tasks: Collection[str], index: Index) -> int:
    """The number of results that are stored of trials on these tasks."""
    trials = [trial_id(trial) for trial in learning_trials(suite, index) if trial.task in tasks]
    return sum(identity in index for identity in set(trials))


def _own_rate(use: TaskUse) -> float:
    return use.recipe.learning_rates[0] if is_raced(use.recipe) else use.recipe.learning_rate
