"""The search for each cell's learning rate: what it has found, and what it still asks for."""

from collections.abc import Mapping, Sequence
from functools import cache

from rnnbench.findings import Raced, Scored, race, rank
from rnnbench.plan.known import Index, Known
from rnnbench.plan.trials import learning_trial, tuning_trials
from rnnbench.records import CellUse, Recipe, Suite, TaskUse, trial_id


def raced(
    suite: Suite,
    use: TaskUse,
    cell: CellUse,
    index: Index,
    seeds: Sequence[int],
    rates: Sequence[float] = (),
) -> Raced:
    """How far the race of a cell's rates on a task has come, over these seeds; `rates` as in
    `race`."""

    @cache
    def look(rate: float, seed: int) -> Scored | None:
        outcome = index.get(trial_id(learning_trial(suite, use, cell, seed, rate)))
        return None if outcome is None else scored(outcome)

    return race(look, seeds, use.recipe, rates)


def scored(outcome: Known) -> Scored:
    """What a search reads of a training."""
    if outcome.status not in ("ok", "stopped"):
        return Scored(None, None, outcome.status == "diverged")
    return Scored(outcome.epochs_to_target, outcome.loss)


def tuned(suite: Suite, use: TaskUse, cell: CellUse, index: Index) -> float | None:
    """The best rate on tuning seeds. Where no rate gave a score (the cell fails, say), it is the
    recipe's own."""
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
    """The rate that lost the fewest seeds; among those, the one with the fewest epochs to target
    (the whole budget where it was not reached); among those, the one with the best mean score on
    validation data."""
    ranks = {
        rate: rank([scored(outcome) for outcome in by_rate[rate]], recipe.epochs)
        for rate in by_rate
    }
    best = min(by_rate, key=ranks.__getitem__)
    return best if ranks[best][0] < len(by_rate[best]) else recipe.learning_rate
