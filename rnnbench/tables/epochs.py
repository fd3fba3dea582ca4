"""The table of epochs: one row an epoch of a learning trial."""

from collections.abc import Iterator

from rnnbench.records import LearningTrial, Result, trial_id
from rnnbench.tables.lines import Line, joined, scores
from rnnbench.tables.schema import Column, Table
from rnnbench.tables.trials import learning_line

COLUMNS = (
    Column("trial", "string", "the id of the trial"),
    Column("row", "string", "what tables call the cell"),
    Column("cell", "string", "the name of the cell"),
    Column("implementation", "string", "which implementation of the cell ran"),
    Column("task", "string", "the task of the trial"),
    Column("phase", "string", "`evaluation`, or `tuning` on seeds of the search"),
    Column("seed", "integer", "the seed of the trial"),
    Column("learning_rate", "number", "the rate that it was trained at"),
    Column("epoch", "integer", "after how many epochs"),
    Column("step", "integer", "after how many training steps"),
    Column("training_loss", "number", "the mean training loss over the epoch"),
    Column("metric", "string", "the metric that decides"),
    Column("validation_score", "number", "the score by it on validation data after the epoch"),
    Column("reason", "string", "why another metric is absent in this epoch"),
)
PREFIXES = {
    "dial_*": "a dial of the task, such as `dial_horizon`",
    "option_*": "an option of the cell, such as `option_chrono`",
    "validation_*": "the validation score by a metric, such as `validation_accuracy`",
}


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


EPOCHS = Table(name="epochs", row="epoch", columns=COLUMNS, prefixes=PREFIXES, lines=_lines)
"""A row an epoch, in the order of training."""
