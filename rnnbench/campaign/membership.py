"""Which stored results are of trials that a suite would run."""

import msgspec

from rnnbench.plan import cost_trials, learning_trial
from rnnbench.records import FIRST_TUNING_SEED, LearningTrial, Suite, Trial, trial_id


class Membership:
    """Knows the trials of a suite at whatever learning rate, on whatever rung, searches included;
    of cost, every replicate of this session."""

    def __init__(self, suite: Suite) -> None:
        rule = suite.until_decided
        self._seeds = frozenset(suite.seeds if rule is None else range(rule.most))
        self._costs = frozenset(
            trial_id(msgspec.structs.replace(trial, round=0)) for trial in cost_trials(suite)
        )
        self._slots = frozenset(
            trial_id(learning_trial(suite, use, cell, 0, 1.0))
            for use in suite.tasks
            for cell in suite.cells_on(use)
        )

    def __contains__(self, trial: Trial) -> bool:
        if not isinstance(trial, LearningTrial):
            return trial_id(msgspec.structs.replace(trial, round=0)) in self._costs
        slot = msgspec.structs.replace(trial, seed=0, learning_rate=1.0, phase="evaluation")
        return (trial.seed in self._seeds or trial.seed >= FIRST_TUNING_SEED) and trial_id(
            slot
        ) in self._slots
