"""Decides which stored results belong to trials that a suite would run."""

from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.plan import cost_trials, learning_trial
from rnnbench.records import (
    FIRST_TUNING_SEED,
    CostTrial,
    LearningTrial,
    Result,
    Suite,
    Trial,
    trial_id,
)


class Membership:
    """The trials of a suite: at any learning rate, on any rung, searches included; of cost trials,
    every replicate of this session."""

    def __init__(self, suite: Suite) -> None:
        rule = suite.until_decided
        self._seeds = frozenset(suite.seeds if rule is None else range(rule.most))
        self._cost_trials = frozenset(_first_replicate(trial) for trial in cost_trials(suite))
        self._evaluations: set[str] = set()
        for use in suite.tasks:
            for cell in suite.cells_on(use):
                evaluation = learning_trial(suite, use, cell, 0, 1.0)
                self._evaluations.add(trial_id(evaluation))

    def __contains__(self, trial: Trial) -> bool:
        if not isinstance(trial, LearningTrial):
            return _first_replicate(trial) in self._cost_trials
        if trial.seed not in self._seeds and trial.seed < FIRST_TUNING_SEED:
            return False
        evaluation = msgspec.structs.replace(trial, seed=0, learning_rate=1.0, phase="evaluation")
        return trial_id(evaluation) in self._evaluations


def _first_replicate(trial: CostTrial) -> str:
    """The id that all replicates of a cost trial share."""
    return trial_id(msgspec.structs.replace(trial, round=0))


def refuse_other_suite(suite: Suite, result: Result, folder: Path) -> None:
    """Raise RnnbenchError where a stored result is of another suite."""
    theirs = result.trial.suite
    if theirs != suite.name:
        raise RnnbenchError(
            f"{folder}: holds results of suite '{theirs}'; give '{suite.name}' another folder"
            " with -o"
        )
