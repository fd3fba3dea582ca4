"""The learning trials of a suite, and the number of all its trials."""

from collections.abc import Collection

import msgspec

from rnnbench.findings import is_raced
from rnnbench.plan.replicates import cost_trials
from rnnbench.records import FIRST_TUNING_SEED, CellUse, LearningTrial, Suite, TaskUse


def learning_trial(
    suite: Suite, use: TaskUse, cell: CellUse, seed: int, rate: float
) -> LearningTrial:
    """The evaluation of a cell on a task at one seed and one learning rate."""
    return LearningTrial(
        suite=suite.name,
        suite_version=suite.version,
        cell=cell,
        task=use.name,
        dials=use.dials,
        seed=seed,
        recipe=use.recipe,
        learning_rate=rate,
        threads=suite.threads,
        device=suite.device,
        diagnostics=suite.diagnostics,
    )


def first_seeds(suite: Suite) -> tuple[int, ...]:
    """The seeds at which a suite starts, before any are added to decide claims."""
    rule = suite.until_decided
    return suite.seeds if rule is None else tuple(range(min(rule.first, rule.most)))


def is_searched(use: TaskUse) -> bool:
    """Whether the learning rate is searched on this task itself.

    It is where the recipe offers several rates, unless a lower rung of the ladder has the search.
    """
    return use.recipe.tune and len(use.recipe.learning_rates) > 1 and use.below is None


def tuning_trials(suite: Suite, use: TaskUse, cell: CellUse) -> list[LearningTrial]:
    """The trials of the search for a cell's learning rate: each rate on each tuning seed."""
    recipe = use.recipe
    trials = []
    for seed in range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + recipe.tuning_seeds):
        for rate in recipe.learning_rates:
            trial = learning_trial(suite, use, cell, seed, rate)
            trials.append(msgspec.structs.replace(trial, phase="tuning", diagnostics=()))
    return trials


def count_trials(suite: Suite, without: Collection[str] = ()) -> int:
    """The number of trials of a suite, rungs that may never be climbed included, and tasks in
    `without` left out.

    Not counted are rates that a race may add beyond its grid, and replicates that precision may
    need.
    """
    count = sum(1 for _ in cost_trials(suite))
    for use in suite.tasks:
        if use.name not in without:
            count += len(suite.cells_on(use)) * _count_trainings(suite, use)
    return count


def _count_trainings(suite: Suite, use: TaskUse) -> int:
    """The trainings of a cell on a task; in a race, all rates on all seeds."""
    rates = len(use.recipe.learning_rates)
    seeds = len(suite.seeds)
    if is_raced(use.recipe):
        return rates * seeds
    if is_searched(use):
        return seeds + rates * use.recipe.tuning_seeds
    return seeds
