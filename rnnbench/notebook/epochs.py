"""The frame of epochs: one row an epoch of a learning trial."""

from collections.abc import Iterator, Sequence
from itertools import chain

import pandas as pd

from rnnbench.notebook.frames import COUNT, NUMBER, TEXT, Line, frame, joined, scores
from rnnbench.notebook.trials import learning_line
from rnnbench.records import LearningTrial, Result, trial_id

COLUMNS = {
    "trial": TEXT,
    "row": TEXT,
    "cell": TEXT,
    "implementation": TEXT,
    "task": TEXT,
    "phase": TEXT,
    "seed": COUNT,
    "learning_rate": NUMBER,
    "epoch": COUNT,
    "step": COUNT,
    "training_loss": NUMBER,
    "metric": TEXT,
    "validation_score": NUMBER,
    "reason": TEXT,
}


def epochs(results: Sequence[Result]) -> pd.DataFrame:
    """One row an epoch, in the order of the results and of training.

    `epoch` and `step` count from the start of training, and are those after which `metric`, the one
    that decides, has this `validation_score`; `training_loss` is the mean over the epoch. Each
    metric has a column, such as `validation_accuracy`; where one is absent in an epoch, `reason`
    says why. Dials and options are as in trials.
    """
    return frame(chain.from_iterable(map(_lines, results)), COLUMNS)


def _lines(result: Result) -> Iterator[Line]:
    trial = result.trial
    learning = result.learning
    if not isinstance(trial, LearningTrial) or learning is None:
        return
    decides = learning.metrics[0].name
    same = {"trial": trial_id(trial), **learning_line(trial), "metric": decides}
    for epoch in learning.curve:
        yield {
            **same,
            "epoch": epoch.epoch,
            "step": epoch.step,
            "training_loss": epoch.train_loss,
            "validation_score": epoch.validation[decides],
            "reason": joined(f"{metric}: {reason}" for metric, reason in epoch.absent.items()),
            **scores("validation", learning.metrics, epoch.validation),
        }
