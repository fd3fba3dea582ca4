"""Results that newer ones have taken the place of."""

from collections.abc import Iterable, Iterator

import msgspec

from rnnbench.plan import Index, learning_trials
from rnnbench.records import LearningTrial, Result, Suite, Trial, trial_id


def superseded(suite: Suite, index: Index, stored: Iterable[Result]) -> Iterator[Trial]:
    """Stored evaluations at a learning rate that the search no longer finds.

    They stay where a search was run again and found another rate, and would be counted beside those at the new one.
    """
    tuned = (trial for trial in learning_trials(suite, index) if trial.recipe.tune)
    now = {_slot(trial): trial_id(trial) for trial in tuned if trial.phase == "evaluation"}
    for result in stored if now else ():
        trial = result.trial
        if isinstance(trial, LearningTrial) and now.get(_slot(trial), trial_id(trial)) != trial_id(trial):
            yield trial


def _slot(trial: LearningTrial) -> str:
    """What a trial shares with itself at another learning rate."""
    return trial_id(msgspec.structs.replace(trial, learning_rate=1.0))
