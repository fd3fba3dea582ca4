"""Evaluations as claims file them: by cell under a setting, learning rate and seed."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from rnnbench.findings.learning.scored import Scored, is_raced
from rnnbench.records import LearningSide, LearningTrial

Figures = Mapping[str, float]
ONE_RATE = 0.0
"""The place of the learning rate of a cell that is evaluated at a single rate."""
Item = TypeVar("Item")
ByRate = dict[float, dict[int, Item]]
"""By learning rate and seed."""


class Evaluated(NamedTuple):
    """An evaluation: the trial's id, its figures, and what a learning-rate search reads of it."""

    trial: str
    figures: Figures
    scored: Scored


def first_seeds(seeds: int, by_rate: ByRate[Item]) -> ByRate[Item]:
    """Return the items of the first seeds."""
    first: ByRate[Item] = {}
    for rate, by_seed in by_rate.items():
        first[rate] = {seed: item for seed, item in by_seed.items() if seed < seeds}
    return first


def rate_of(trial: LearningTrial) -> float:
    """The learning rate by which an evaluation is filed."""
    return trial.learning_rate if is_raced(trial.recipe) else ONE_RATE


def side_of(trial: LearningTrial) -> LearningSide:
    """The side of a claim that an evaluation measures."""
    return LearningSide(cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe)
