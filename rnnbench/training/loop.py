"""Train a model as a trial says, score it on test data, and put its figures together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from rnnbench.contracts import Task
from rnnbench.model import Model, Size, count_parameters
from rnnbench.records import Diagnosed, Diagnosis, Learning, LearningTrial, Status
from rnnbench.training.checkpoint import Checkpoint
from rnnbench.training.diagnosing import NO_DIAGNOSTICS, Measure, diagnose, paired
from rnnbench.training.evaluation import Evaluated, evaluate
from rnnbench.training.examples import examples
from rnnbench.training.feed import Feed
from rnnbench.training.history import TrainingHistory
from rnnbench.training.scores import finite_scores, metric_notes
from rnnbench.training.trainer import Trainer

NO_TARGET = "the task has no target"


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    status:             "ok", "diverged" or "stopped".
    reason:             why the status is not "ok"; "" where it is.
    learning:           the figures.
    resumed_at:         the epochs after which the training was resumed in a new process.
    seconds_training:   wall seconds of all training epochs.
    seconds_evaluating: wall seconds of all evaluations on validation data.
    weights:            the state dictionary that the scores belong to: the one of the best epoch on
                        validation data; empty where the training diverged.
    """

    status: Status
    reason: str
    learning: Learning
    resumed_at: tuple[int, ...]
    seconds_training: float
    seconds_evaluating: float
    weights: Mapping[str, Any]


def train(
    trial: LearningTrial,
    task: Task,
    model: Model,
    feed: Feed,
    size: Size,
    checkpoint: Checkpoint | None = None,
    diagnostics: Mapping[str, Measure] = NO_DIAGNOSTICS,
    after_first_step: Callable[[], object] | None = None,
) -> Outcome:
    """Train a fresh model on a feed as the trial's recipe says, and test it once, at the end.

    A trial of the learning-rate search does not use test data. `after_first_step` is called once,
    after the first training step of this process. Raises OutOfTime where a resumed training has
    spent its limit over all its processes.
    """
    fresh = diagnose(diagnostics, model, task, feed, trial)
    chosen: dict[str, Diagnosis | str] = {}
    trainer = Trainer(trial, task, model, feed, checkpoint or Checkpoint(None))
    trainer.after_step = after_first_step
    trainer.run()
    history = trainer.history
    test = _test_scores(trial, trainer)
    if not history.diverged:
        chosen = diagnose(diagnostics, model, task, feed, trial)
    trivial = {} if trial.phase == "tuning" else feed.trivial()
    diagnoses = paired(fresh, chosen, history.diverged)
    learning = _learning(trainer, size, test, trivial, diagnoses)
    if not history.diverged:
        learning = _with_examples(learning, trial, trainer)
    status, reason = _status(history, task)
    return Outcome(
        status=status,
        reason=reason,
        learning=learning,
        resumed_at=tuple(trainer.resumed_at),
        seconds_training=history.seconds_training,
        seconds_evaluating=history.seconds_evaluating,
        weights={} if history.diverged else trainer.best_weights,
    )


def _test_scores(trial: LearningTrial, trainer: Trainer) -> Evaluated:
    """The test scores of the best epoch's weights, which the model keeps from here on."""
    if trainer.history.diverged:
        return Evaluated({}, {"test": trainer.history.diverged})
    if trial.phase == "tuning":
        return Evaluated({}, {"test": "the learning-rate search leaves test data alone"})
    trainer.model.load_state_dict(trainer.best_weights)
    scores: dict[str, float] = {}
    absent: dict[str, str] = {}
    for setting, (task, data) in trainer.feed.test_sets().items():
        evaluated = evaluate(trainer.model, task, data, trainer.device)
        for metric, score in evaluated.scores.items():
            scores[f"{metric}{setting}"] = score
        for metric, reason in evaluated.absent.items():
            absent[f"test {metric}{setting}"] = reason
    return Evaluated(scores, absent)


def _learning(
    trainer: Trainer,
    size: Size,
    test: Evaluated,
    trivial: Mapping[str, float],
    diagnoses: dict[str, Diagnosed],
) -> Learning:
    """The figures of a training, with a reason for each absent one."""
    task = trainer.task
    history = trainer.history
    absent = dict(test.absent)
    if task.target_here is None:
        absent["epochs_to_target"] = NO_TARGET
    elif history.epochs_to_target is None:
        reason = f"not at the target twice in a row within {history.epoch} epochs"
        absent["epochs_to_target"] = reason
    return Learning(
        metrics=metric_notes(trainer.feed),
        target=task.target_here,
        hidden_size=size.hidden,
        parameters=count_parameters(trainer.model),
        state_floats=trainer.model.state_floats,
        off_budget=size.off_budget,
        epochs_run=history.epoch,
        steps_per_epoch=trainer.feed.steps_per_epoch,
        curve=tuple(history.curve),
        chosen_epoch=history.best_epoch,
        test=test.scores,
        trivial=finite_scores(trivial, absent, "trivial"),
        trivial_forecast=task.trivial_forecast,
        epochs_to_target=history.epochs_to_target,
        diagnoses=diagnoses,
        absent=absent,
    )


def _with_examples(learning: Learning, trial: LearningTrial, trainer: Trainer) -> Learning:
    """The figures with what the chosen weights answer to a few sequences."""
    absent = dict(learning.absent)
    shown = examples(trial, trainer.task, trainer.model, trainer.feed, absent)
    return replace(learning, examples=shown, absent=absent)


def _status(history: TrainingHistory, task: Task) -> tuple[Status, str]:
    """The status of a training, and the reason where it is not "ok".

    Without a target there is nothing to give up: a training whose validation score improves no more
    is complete.
    """
    if history.diverged:
        return "diverged", history.diverged
    if history.futile and task.target_here is not None:
        return "stopped", history.futile
    return "ok", ""
