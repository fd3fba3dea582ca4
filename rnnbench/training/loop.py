"""The training loop: epochs, an evaluation after each, a checkpoint now and then, and test data
once at the end."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import msgspec
import torch
from torch import Tensor

from rnnbench.contracts import Task
from rnnbench.errors import OutOfTime
from rnnbench.model import Model, Size, count_parameters
from rnnbench.records import Epoch, Learning, LearningTrial, MetricNote, Status
from rnnbench.training.checkpoint import Checkpoint, restore_stream, restore_streams, stream_state
from rnnbench.training.diagnosing import NO_DIAGNOSTICS, Measure, diagnose, paired
from rnnbench.training.evaluation import evaluate
from rnnbench.training.feed import Feed
from rnnbench.training.history import TrainingHistory
from rnnbench.training.losses import Tensors, loss_of, on_device
from rnnbench.training.optimiser import cut_gradient, make_optimiser, set_rates
from rnnbench.training.scores import finite_scores, metric_notes


@dataclass(frozen=True)
class Outcome:
    """How training ended, its figures, the epochs after which it was taken up again, and seconds
    seen in passing."""

    status: Status
    reason: str
    learning: Learning
    resumed_at: tuple[int, ...]
    seconds_training: float
    seconds_evaluating: float


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
    """Train a fresh model on a feed as the trial's recipe says; test data is touched once, at the
    end.

    A trial of the learning-rate search leaves test data alone. `after_first_step` is called once,
    behind the first step of this process. Raises OutOfTime where a trial that was taken up again
    has spent its limit.
    """
    fresh = diagnose(diagnostics, model, task, feed, trial)
    trainer = _Trainer(trial, task, model, feed, checkpoint or Checkpoint(None))
    trainer.after_step = after_first_step
    trainer.run()
    history = trainer.history
    test, absent = _test_scores(trial, trainer)
    chosen = {} if history.diverged else diagnose(diagnostics, model, task, feed, trial)
    if history.epochs_to_target is None:
        absent["epochs_to_target"] = (
            f"not at the target twice in a row within {history.epoch} epochs"
        )
    trivial = {} if trial.phase == "tuning" else feed.trivial()
    learning = Learning(
        metrics=metric_notes(task, feed),
        target=task.target_here,
        hidden_size=size.hidden,
        parameters=count_parameters(model),
        state_floats=model.state_floats,
        off_budget=size.off_budget,
        epochs_run=history.epoch,
        steps_per_epoch=feed.steps_per_epoch,
        curve=tuple(history.curve),
        chosen_epoch=history.best_epoch,
        test=test,
        trivial=finite_scores(trivial, absent, "trivial"),
        trivial_forecast=task.trivial_forecast,
        epochs_to_target=history.epochs_to_target,
        diagnoses=paired(fresh, chosen, history.diverged),
        absent=absent,
    )
    status, reason = _how_it_ended(history)
    return Outcome(
        status=status,
        reason=reason,
        learning=learning,
        resumed_at=tuple(trainer.resumed_at),
        seconds_training=history.seconds_training,
        seconds_evaluating=history.seconds_evaluating,
    )


def _test_scores(
    trial: LearningTrial, trainer: "_Trainer"
) -> tuple[dict[str, float], dict[str, str]]:
    """The scores on test data of the best epoch's weights, which the model keeps; and why scores
    are absent."""
    if trainer.history.diverged:
        return {}, {"test": trainer.history.diverged}
    if trial.phase == "tuning":
        return {}, {"test": "the learning-rate search leaves test data alone"}
    trainer.model.load_state_dict(trainer.best_weights)
    scores: dict[str, float] = {}
    absent: dict[str, str] = {}
    for where, (task, data) in trainer.feed.test_sets().items():
        found = evaluate(trainer.model, task, data, trainer.device)
        for metric, value in found.scores.items():
            scores[f"{metric}{where}"] = value
        for metric, reason in found.absent.items():
            absent[f"test {metric}{where}"] = reason
    return scores, absent


def _how_it_ended(history: TrainingHistory) -> tuple[Status, str]:
    """The status of a training, with the reason where it is not ok."""
    if history.diverged:
        return "diverged", history.diverged
    if history.futile:
        return "stopped", history.futile
    return "ok", ""


class _Trainer:
    """One training run in this process."""

    def __init__(
        self, trial: LearningTrial, task: Task, model: Model, feed: Feed, checkpoint: Checkpoint
    ) -> None:
        self.recipe = trial.recipe
        self.task = task
        self.feed = feed
        self.checkpoint = checkpoint
        self.device = torch.device(trial.device)
        self.model = model.to(self.device)
        self.metric = MetricNote(task.metric.name, task.metric.unit, task.metric.direction)
        self.optimiser = make_optimiser(model, trial.recipe, trial.learning_rate)
        self.history = TrainingHistory()
        self.best_weights: dict[str, Any] = {}
        self.resumed_at: list[int] = []
        self.after_step: Callable[[], object] | None = None
        self._take_up()

    def run(self) -> None:
        while not self.history.is_over(self.recipe):
            started = perf_counter()
            train_loss = self._train_epoch()
            trained = perf_counter()
            self.history.seconds_training += trained - started
            if self.history.diverged:
                return
            found = evaluate(self.model, self.task, self.feed.validation, self.device)
            self.history.seconds_evaluating += perf_counter() - trained
            number = self.history.epoch + 1
            epoch = Epoch(
                number, number * self.feed.steps_per_epoch, train_loss, found.scores, found.absent
            )
            if self.history.note(epoch, self.metric, self.task.target_here):
                self.best_weights = deepcopy(self.model.state_dict())
            if self.checkpoint.due and not self.history.is_over(self.recipe):
                self._lay_down()
            if self.resumed_at and self.history.seconds > self.recipe.limit_seconds:
                raise OutOfTime(
                    f"longer than its limit of {self.recipe.limit_seconds:g} s, in several"
                    " processes"
                )

    def _train_epoch(self) -> float:
        """One pass; the mean training loss over it, up to where it diverged."""
        self.model.train()
        total = 0.0
        steps = self.feed.steps_per_epoch
        step = self.history.epoch * steps
        states: list[Any] | None = None
        for batch in self.feed.epoch():
            here = on_device(batch, self.device)
            outputs, states = self._outputs(here, states)
            loss = loss_of(self.task, outputs, here)
            value = loss.item()
            if not self.history.loss_is_fine(value):
                break
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            cut_gradient(self.model, self.recipe.clip_norm)
            set_rates(self.optimiser, self.recipe, step, self.recipe.epochs * steps)
            self.optimiser.step()
            if self.after_step is not None:
                self.after_step()
                self.after_step = None
            total += value
            step += 1
        return total / steps

    def _outputs(self, batch: Tensors, states: list[Any] | None) -> tuple[Tensor, list[Any] | None]:
        """Of whole sequences; or, for a stream, of its next window, with the states to go on
        from."""
        if self.task.mode != "stream":
            return self.model(batch.inputs, batch.tokens, batch.lengths), None
        outputs, after = self.model.carry_on(batch.inputs, batch.tokens, states)
        return outputs, self.model.detach(after)

    def _lay_down(self) -> None:
        """Write a checkpoint."""
        self.checkpoint.write(
            {
                "course": msgspec.json.encode(self.history).decode(),
                "resumed_at": self.resumed_at,
                "model": self.model.state_dict(),
                "best": self.best_weights,
                "optimiser": self.optimiser.state_dict(),
                "feed": stream_state(self.feed.stream),
            }
        )

    def _take_up(self) -> None:
        """Go on from a checkpoint, where there is one."""
        content = self.checkpoint.read()
        if content is None:
            return
        self.history = msgspec.json.decode(content["course"], type=TrainingHistory)
        self.resumed_at = [*content["resumed_at"], self.history.epoch]
        self.model.load_state_dict(content["model"])
        self.best_weights = content["best"]
        self.optimiser.load_state_dict(content["optimiser"])
        restore_stream(self.feed.stream, content["feed"])
        restore_streams(content)
