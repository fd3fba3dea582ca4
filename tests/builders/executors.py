"""Trials that are handed to executors."""

import time

import msgspec

from rnnbench.executors.local import LocalPool
from rnnbench.records import CellUse, LearningTrial, Result
from tests.builders.records import learning_trial
from tests.builders.training import SMALL

PATIENCE_SECONDS = 240.0
"""Far more than it takes: other work on the machine makes no test fail."""


def trial(cell: str, **recipe: object) -> LearningTrial:
    options = {"nonlinearity": "tanh"} if cell == "rnn" else {}
    changed = msgspec.structs.replace(SMALL, **recipe)
    return learning_trial(
        cell=CellUse(name=cell, options=options), recipe=changed, learning_rate=0.01
    )


def finish(pool: LocalPool, *trials: LearningTrial) -> dict[str, Result]:
    for one in trials:
        pool.start(one)
    results: list[Result] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(results) < len(trials):
        assert time.monotonic() < deadline, "the pool did not give all results"
        results += pool.wait(1.0)
    return {result.trial.cell.name: result for result in results}  # type: ignore[union-attr]
