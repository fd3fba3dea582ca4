"""Finds results that a newer search has superseded."""

from collections.abc import Iterable, Iterator

import msgspec

from rnnbench.findings import is_raced
from rnnbench.plan import Index, SearchState, learning_trial
from rnnbench.records import LearningTrial, Result, Suite, Trial, trial_id


def superseded(suite: Suite, index: Index, stored: Iterable[Result]) -> Iterator[Trial]:
    """Yield stored evaluations, of any seed, at a learning rate that the search no longer selects.

    They remain where a search was run again and found another rate, and would be counted beside the
    evaluations at the new rate.
    """
    rates_now = _selected_rates(suite, index)
    if not rates_now:
        return
    for result in stored:
        trial = result.trial
        if not isinstance(trial, LearningTrial) or trial.phase != "evaluation":
            continue
        rates = rates_now.get(_evaluation(trial))
        if rates is not None and trial.learning_rate not in rates:
            yield trial


def _selected_rates(suite: Suite, index: Index) -> dict[str, tuple[float, ...]]:
    """The rates that complete searches selected, by evaluation; in a race, all rates stay."""
    search_state = SearchState(suite, index)
    selected = {}
    for use in suite.tasks:
        if not use.recipe.tune or (is_raced(use.recipe) and not use.below):
            continue
        for cell in suite.cells_on(use):
            rates = search_state.rates(use, cell)
            if rates is not None:
                selected[_evaluation(learning_trial(suite, use, cell, 0, rates[0]))] = rates
    return selected


def _evaluation(trial: LearningTrial) -> str:
    """An id that a trial shares with itself at any other learning rate and seed."""
    return trial_id(msgspec.structs.replace(trial, learning_rate=1.0, seed=0))
