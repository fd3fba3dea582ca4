"""Which tasks of a suite can have their data here, and what becomes of the trials of the others."""

from collections.abc import Iterator
from itertools import product

import msgspec

from rnnbench.archives import fetch
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.findings import is_raced
from rnnbench.plan import Index, SearchState, learning_trial, learning_trials
from rnnbench.records import LearningTrial, Suite, TaskUse, trial_id


def tasks_without_data(suite: Suite, index: Index, catalogue: Catalogue) -> dict[str, str]:
    """Fetch the archives that trials need which have no result; the reason for each task that
    cannot have its own."""
    reasons = {}
    missing = {
        trial.task for trial in learning_trials(suite, index) if trial_id(trial) not in index
    }
    for task in sorted(missing):
        try:
            for archive in catalogue.tasks[task].item.archives:
                fetch(archive)
        except DataUnavailable as error:
            reasons[task] = str(error)
    return reasons


def without_tasks(suite: Suite, names: set[str]) -> Suite:
    """The suite less these tasks."""
    return msgspec.structs.replace(
        suite, tasks=tuple(use for use in suite.tasks if use.name not in names)
    )


def evaluations_without_result(suite: Suite, task: str, index: Index) -> Iterator[LearningTrial]:
    """The evaluations on a task that have no result, at the recipe's own learning rate where none
    was found."""
    standing = SearchState(suite, index)
    for use in suite.tasks:
        for cell in suite.cells_on(use) if use.name == task else ():
            rates = standing.rates(use, cell) or (_own_rate(use),)
            for rate, seed in product(rates, suite.seeds):
                trial = learning_trial(suite, use, cell, seed, rate)
                if trial_id(trial) not in index:
                    yield trial


def _own_rate(use: TaskUse) -> float:
    return use.recipe.learning_rates[0] if is_raced(use.recipe) else use.recipe.learning_rate
