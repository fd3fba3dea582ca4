"""The trials that a suite is made of."""

import msgspec

from rnnbench.findings import is_raced
from rnnbench.plan.replicates import cost_trials
from rnnbench.records import FIRST_TUNING_SEED, CellUse, LearningTrial, Suite, TaskUse


def learning_trial(
    suite: Suite, use: TaskUse, cell: CellUse, seed: int, rate: float
) -> LearningTrial:
    """The evaluation of a cell on a task at a seed and a rate."""
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
    """The seeds that a suite begins with."""
    rule = suite.until_decided
    return suite.seeds if rule is None else tuple(range(min(rule.first, rule.most)))


def is_searched(use: TaskUse) -> bool:
    """Whether there is a search on this task itself: several rates to choose among, and no lower
    rung that has it."""
    return use.recipe.tune and len(use.recipe.learning_rates) > 1 and use.below is None


def tuning_trials(suite: Suite, use: TaskUse, cell: CellUse) -> list[LearningTrial]:
    """The search for a cell's learning rate on a task: each rate on each tuning seed."""
    recipe = use.recipe
    return [
        msgspec.structs.replace(
            learning_trial(suite, use, cell, seed, rate), phase="tuning", diagnostics=()
        )
        for seed in range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + recipe.tuning_seeds)
        for rate in recipe.learning_rates
    ]


def count_trials(suite: Suite) -> int:
    """How many trials the suite has in all: rungs that may never be climbed included; what a search
    may ask for besides its grid, and replicates that precision may ask for, left out."""
    learning = sum(len(suite.cells_on(use)) * _count(suite, use) for use in suite.tasks)
    return learning + sum(1 for _ in cost_trials(suite))


def _count(suite: Suite, use: TaskUse) -> int:
    """How many trainings a cell has on a task; by a race, where its grid is not widened, and
    nothing is given up."""
    recipe, seeds = use.recipe, len(suite.seeds)
    rates = len(recipe.learning_rates)
    if is_raced(recipe):
        return rates * seeds
    return seeds + (rates * recipe.tuning_seeds if is_searched(use) else 0)
