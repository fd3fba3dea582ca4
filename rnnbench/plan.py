"""The planner: which trials to run next. A pure function of the suite and of what is known so far."""

from collections.abc import Collection, Iterator
from itertools import islice

from rnnbench.records import CostTrial, LearningTrial, Suite, Trial, trial_id


def plan(suite: Suite, done: Collection[str], in_flight: Collection[str]) -> list[Trial]:
    """Trials to run next, given the ids of those that have a result and of those that are running.

    Learning trials come first, all at once, to be packed as tightly as the executor likes. A cost trial wants the
    machine to itself: it is given out alone, when nothing else is left and nothing runs. An empty answer with nothing
    in flight means that the suite is complete.
    """
    learning: list[Trial] = [t for t in learning_trials(suite) if _missing(t, done, in_flight)]
    if learning or in_flight:
        return learning
    return list(islice((t for t in cost_trials(suite) if _missing(t, done, in_flight)), 1))


def _missing(trial: Trial, done: Collection[str], in_flight: Collection[str]) -> bool:
    identity = trial_id(trial)
    return identity not in done and identity not in in_flight


def learning_trials(suite: Suite) -> Iterator[LearningTrial]:
    """Every learning trial of a suite, seed by seed, so that a run cut short compares all cells on the seeds it has."""
    for seed in suite.seeds:
        for task in suite.tasks:
            for cell in suite.cells:
                yield LearningTrial(
                    suite=suite.name,
                    suite_version=suite.version,
                    cell=cell,
                    task=task.name,
                    dials=task.dials,
                    seed=seed,
                    recipe=task.recipe,
                    learning_rate=task.recipe.learning_rate,
                    threads=suite.threads,
                    device=suite.device,
                )


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
                        device=suite.device,
                    )


def every_trial(suite: Suite) -> list[Trial]:
    """All trials of a suite, in the order in which they are given out."""
    return [*learning_trials(suite), *cost_trials(suite)]
