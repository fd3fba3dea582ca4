"""The search for each cell's learning rate: what it found."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnnbench.plan.known import Index, Known
from rnnbench.plan.trials import is_searched, tuning_trials
from rnnbench.records import CellUse, Recipe, Suite, TaskUse, trial_id


def found_rate(suite: Suite, use: TaskUse, cell: CellUse, index: Index) -> float | None:
    """The learning rate of a cell's evaluation; None while the search for it is not complete.

    Where no rate gave a score (the cell fails, say), it is the recipe's own.
    """
    if not use.recipe.tune:
        return use.recipe.learning_rate
    if not is_searched(use.lowest):
        return use.recipe.learning_rates[0]
    trials = tuning_trials(suite, use.lowest, cell)
    outcomes = [(trial, index.get(trial_id(trial))) for trial in trials]
    if any(outcome is None for _, outcome in outcomes):
        return None
    by_rate: dict[float, list[Known]] = {}
    for trial, outcome in outcomes:
        assert outcome
        by_rate.setdefault(trial.learning_rate, []).append(outcome)
    return best_rate(by_rate, use.recipe)


def best_rate(by_rate: Mapping[float, Sequence[Known]], recipe: Recipe) -> float:
    """The rate that lost the fewest seeds; among those, the one with the fewest epochs to target (the whole budget
    where it was not reached); among those, the one with the best mean score on validation data."""

    def rank(rate: float) -> tuple[int, float, float]:
        outcomes = by_rate[rate]
        fine = [o for o in outcomes if o.loss is not None and o.status in ("ok", "stopped")]
        if not fine:
            return len(outcomes), float("inf"), float("inf")
        epochs = [o.epochs_to_target or recipe.epochs for o in fine]
        return len(outcomes) - len(fine), float(np.mean(epochs)), float(np.mean([o.loss for o in fine]))

    best = min(by_rate, key=rank)
    return best if rank(best)[0] < len(by_rate[best]) else recipe.learning_rate
