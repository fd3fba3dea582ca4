"""The search for each cell's learning rate: its outcome, and the trainings that it still needs."""

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
    """The state of the race of a cell's rates on a task over these seeds; `rates` as in `race`."""

    @cache
    def known_score(rate: float, seed: int) -> Scored | None:
        outcome = index.get(trial_id(learning_trial(suite, use, cell, seed, rate)))
        return None if outcome is None else scored(outcome)

    return race(known_score, seeds, use.recipe, rates)


def scored(outcome: Known) -> Scored:
    """The part of a training's outcome that a search compares."""
    if outcome.status not in ("ok", "stopped"):
        return Scored(None, None, outcome.status == "diverged")
    return Scored(outcome.epochs_to_target, outcome.loss)


def tuned(suite: Suite, use: TaskUse, cell: CellUse, index: Index) -> float | None:
    """The best rate on tuning seeds; None while trainings are missing.

    It is the recipe's own rate where no rate has a score, because the cell fails for example.
    """
    by_rate: dict[float, list[Known]] = {}
    for trial in tuning_trials(suite, use.lowest, cell):
        outcome = index.get(trial_id(trial))
        if outcome is None:
            return None
        by_rate.setdefault(trial.learning_rate, []).append(outcome)
    return best_rate(by_rate, use.recipe)


def best_rate(by_rate: Mapping[float, Sequence[Known]], recipe: Recipe) -> float:
    """The rate with the fewest lost seeds; the recipe's own rate if every rate lost all seeds.

    Ties are broken by the fewest epochs to target, where an unreached target counts as the whole
    budget, and then by the best mean score on validation data.
    """
    ranks = {}
    for rate, outcomes in by_rate.items():
        ranks[rate] = rank([scored(outcome) for outcome in outcomes], recipe.epochs)
    best = min(by_rate, key=ranks.__getitem__)
    lost_seeds = ranks[best][0]
    return best if lost_seeds < len(by_rate[best]) else recipe.learning_rate
