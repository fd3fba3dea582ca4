"""Trials."""

import msgspec

from rnnbench.records import CellUse, CostTrial, LearningTrial, Recipe, Shape


def learning_trial(**changes: object) -> LearningTrial:
    trial = LearningTrial(
        suite="s",
        suite_version=1,
        cell=CellUse(name="gru"),
        task="adding",
        dials={"horizon": 10},
        seed=0,
        recipe=Recipe(),
        learning_rate=0.001,
    )
    return msgspec.structs.replace(trial, **changes)


COST = CostTrial(
    suite="s",
    suite_version=1,
    cells=(CellUse(name="gru"), CellUse(name="lstm")),
    measurement="train-step-time",
    shape=Shape(),
    repeats=3,
    round=0,
)
