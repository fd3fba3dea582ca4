"""The trials that a suite is made of."""

from collections.abc import Iterator

import msgspec

from rnnbench.records import FIRST_TUNING_SEED, CellUse, CostTrial, LearningTrial, Suite, TaskUse


def learning_trial(suite: Suite, use: TaskUse, cell: CellUse, seed: int, rate: float) -> LearningTrial:
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


def is_searched(use: TaskUse) -> bool:
    """Whether there is a search on this task itself: several rates to choose among, and no lower rung that has it."""
    return use.recipe.tune and len(use.recipe.learning_rates) > 1 and use.below is None


def tuning_trials(suite: Suite, use: TaskUse, cell: CellUse) -> list[LearningTrial]:
    """The search for a cell's learning rate on a task: each rate on each tuning seed."""
    recipe = use.recipe
    return [
        msgspec.structs.replace(learning_trial(suite, use, cell, seed, rate), phase="tuning", diagnostics=())
        for seed in range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + recipe.tuning_seeds)
        for rate in recipe.learning_rates
    ]


def cost_trials(suite: Suite) -> Iterator[CostTrial]:
    """Every cost trial of a suite, on one thread: time with all cells side by side, memory one cell to a process."""
    if suite.cost is None:
        return
    for replicate in range(suite.cost.replicates):
        for measurement in suite.cost.measure:
            for shape in suite.cost.shapes:
                together = [suite.cells] if measurement == "train-step-time" else [(c,) for c in suite.cells]
                for cells in together:
                    yield CostTrial(
                        suite=suite.name,
                        suite_version=suite.version,
                        cells=cells,
                        measurement=measurement,
                        shape=shape,
                        repeats=suite.cost.repeats,
                        round=replicate,
                        limit_seconds=suite.cost.limit_seconds,
                        limit_memory_mib=suite.cost.limit_memory_mib,
                        limit_output_mib=suite.cost.limit_output_mib,
                        device=suite.device,
                    )


def count_trials(suite: Suite) -> int:
    """How many trials the suite has in all, rungs that may never be climbed included."""
    searches = sum(len(use.recipe.learning_rates) * use.recipe.tuning_seeds for use in suite.tasks if is_searched(use))
    evaluations = len(suite.tasks) * len(suite.seeds)
    return len(suite.cells) * (searches + evaluations) + sum(1 for _ in cost_trials(suite))
