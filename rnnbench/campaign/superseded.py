"""Results that newer ones have taken the place of."""

from collections.abc import Iterable, Iterator

import msgspec

from rnnbench.findings import is_raced
from rnnbench.plan import Index, SearchState, learning_trial
from rnnbench.records import LearningTrial, Result, Suite, Trial, trial_id


def superseded(suite: Suite, index: Index, stored: Iterable[Result]) -> Iterator[Trial]:
    """Stored evaluations, of whatever seed, at a learning rate that the search no longer leaves.

    They stay where a search was run again and found another rate, and would be counted beside those
    at the new one.
    """
    standing = SearchState(suite, index)
    now = {
        _slot(learning_trial(suite, use, cell, 0, rates[0])): rates
        for use in suite.tasks
        if use.recipe.tune
        and (use.below or not is_raced(use.recipe))  # where rates race, all of them stay
        for cell in suite.cells_on(use)
        if (rates := standing.rates(use, cell)) is not None
    }
    for result in stored if now else ():
        trial = result.trial
        if not isinstance(trial, LearningTrial) or trial.phase != "evaluation":
            continue
        if trial.learning_rate not in now.get(_slot(trial), (trial.learning_rate,)):
            yield trial


def _slot(trial: LearningTrial) -> str:
    """What a trial shares with itself at another learning rate and seed."""
    return trial_id(msgspec.structs.replace(trial, learning_rate=1.0, seed=0))
