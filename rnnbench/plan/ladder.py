"""Ladders of horizons: a cell tries a rung once it has solved the one below in most seeds."""

from collections.abc import Iterator

from rnnbench.plan.known import Index
from rnnbench.plan.search import found_rate
from rnnbench.plan.trials import learning_trial
from rnnbench.records import CellUse, LearningTrial, Suite, TaskUse, trial_id


def climbs(suite: Suite, use: TaskUse, cell: CellUse, index: Index) -> bool:
    """Whether a cell may try this rung: it solved those below in most seeds."""
    return use.below is None or (climbs(suite, use.below, cell, index) and _solved_most(suite, use.below, cell, index))


def _solved_most(suite: Suite, use: TaskUse, cell: CellUse, index: Index) -> bool:
    rate = found_rate(suite, use, cell, index)
    if rate is None:
        return False
    outcomes = [index.get(trial_id(learning_trial(suite, use, cell, seed, rate))) for seed in suite.seeds]
    solved = sum(outcome is not None and outcome.epochs_to_target is not None for outcome in outcomes)
    return 2 * solved > len(outcomes)


def unclimbed(suite: Suite, index: Index) -> list[tuple[LearningTrial, str]]:
    """The trials of a complete suite that stand on rungs which their cell did not reach, with the reason."""
    found = []
    for use in suite.tasks:
        for cell in suite.cells:
            rate = found_rate(suite, use, cell, index)
            if rate is None or climbs(suite, use, cell, index):
                continue
            failed = next(rung for rung in _downwards(use) if climbs(suite, rung, cell, index))
            reason = f"not tried: {cell.row} does not solve horizon {failed.dials['horizon']} in most seeds"
            found += [(learning_trial(suite, use, cell, seed, rate), reason) for seed in suite.seeds]
    return found


def _downwards(use: TaskUse) -> Iterator[TaskUse]:
    yield use
    if use.below:
        yield from _downwards(use.below)
