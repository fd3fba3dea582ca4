"""The trainer: one training run in this process, epoch by epoch, with its checkpoints."""

from collections.abc import Callable
from copy import deepcopy
from time import perf_counter
from typing import Any

import msgspec
import torch
from torch import Tensor

from rnnbench.contracts import Task
from rnnbench.errors import OutOfTime
from rnnbench.model import Model
from rnnbench.records import Epoch, LearningTrial, MetricNote
from rnnbench.training.carried_states import CarriedStates
from rnnbench.training.checkpoint import Checkpoint, restore_stream, restore_streams, stream_state
from rnnbench.training.evaluation import Evaluated, evaluate
from rnnbench.training.feed import Feed
from rnnbench.training.history import TrainingHistory
from rnnbench.training.losses import Tensors, loss_of, on_device
from rnnbench.training.optimiser import clip_gradient, make_optimiser, set_rates


class Trainer:
    """Trains a model on a feed, and resumes from the checkpoint where there is one.

    history:      the training history so far.
    best_weights: the state dictionary of the best epoch on validation data.
    resumed_at:   the epochs after which the training was resumed in a new process.
    after_step:   called once, after the first training step of this process.
    """

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
        self.carried: CarriedStates | None = None
        if trial.recipe.start == "carried" and task.mode != "stream":
            self.carried = CarriedStates(trial, self.model, feed.example(), self.device)
        self.history = TrainingHistory()
        self.best_weights: dict[str, Any] = {}
        self.resumed_at: list[int] = []
        self.after_step: Callable[[], object] | None = None
        self._resume()

    def run(self) -> None:
        """Train until the history says that the training is over.

        Raises OutOfTime where a resumed training has spent its limit over all its processes.
        """
        while not self.history.is_over(self.recipe):
            started = perf_counter()
            train_loss = self.train_epoch()
            trained = perf_counter()
            self.history.seconds_training += trained - started
            if self.history.diverged:
                return
            evaluated = evaluate(self.model, self.task, self.feed.validation, self.device)
            self.history.seconds_evaluating += perf_counter() - trained
            self._record_epoch(train_loss, evaluated)
            if self.checkpoint.due and not self.history.is_over(self.recipe):
                self._write_checkpoint()
            self._check_limit()

    def train_epoch(self) -> float:
        """Train on each batch of one epoch; return the mean loss.

        Stops at the batch whose loss diverges. The mean is still over all steps of an epoch.
        """
        self.model.train()
        total = 0.0
        steps_per_epoch = self.feed.steps_per_epoch
        step = self.history.epoch * steps_per_epoch
        states: list[Any] | None = None
        for batch in self.feed.epoch():
            tensors = on_device(batch, self.device)
            outputs, states = self._outputs(tensors, states)
            loss = loss_of(self.task, outputs, tensors)
            value = loss.item()
            if not self.history.accept_loss(value):
                break
            self._descend(loss, step)
            total += value
            step += 1
        return total / steps_per_epoch

    def _descend(self, loss: Tensor, step: int) -> None:
        """Take one step of the optimiser, the one of this number from the start of training."""
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        clip_gradient(self.model, self.recipe.clip_norm)
        all_steps = self.recipe.epochs * self.feed.steps_per_epoch
        set_rates(self.optimiser, self.recipe, step, all_steps)
        self.optimiser.step()
        if self.after_step is not None:
            self.after_step()
            self.after_step = None

    def _outputs(self, batch: Tensors, states: list[Any] | None) -> tuple[Tensor, list[Any] | None]:
        """The outputs for a batch, and the states from which the next window of a stream continues.

        No gradient flows through these.
        """
        if self.carried is not None:
            return self.carried.outputs(batch), None
        if self.task.mode != "stream":
            return self.model(batch.inputs, batch.tokens, batch.lengths), None
        outputs, states_after = self.model.carry_on(batch.inputs, batch.tokens, states)
        return outputs, self.model.detach(states_after)

    def _record_epoch(self, train_loss: float, evaluated: Evaluated) -> None:
        number = self.history.epoch + 1
        steps = number * self.feed.steps_per_epoch
        epoch = Epoch(number, steps, train_loss, evaluated.scores, evaluated.absent)
        is_best = self.history.record(epoch, self.metric, self.task.target_here)
        if is_best:
            self.best_weights = deepcopy(self.model.state_dict())

    def _check_limit(self) -> None:
        """Only a resumed training is checked: the executor limits the seconds of one process."""
        limit = self.recipe.limit_seconds
        if self.resumed_at and self.history.seconds > limit:
            raise OutOfTime(f"longer than its limit of {limit:g} s, in several processes")

    def _write_checkpoint(self) -> None:
        self.checkpoint.write(
            {
                "course": msgspec.json.encode(self.history).decode(),
                "resumed_at": self.resumed_at,
                "model": self.model.state_dict(),
                "best": self.best_weights,
                "optimiser": self.optimiser.state_dict(),
                "feed": stream_state(self.feed.stream),
                "carried": None if self.carried is None else self.carried.content(),
            }
        )

    def _resume(self) -> None:
        """Restore the state of the checkpoint, where there is one."""
        content = self.checkpoint.read()
        if content is None:
            return
        self.history = msgspec.json.decode(content["course"], type=TrainingHistory)
        self.resumed_at = [*content["resumed_at"], self.history.epoch]
        self.model.load_state_dict(content["model"])
        self.best_weights = content["best"]
        self.optimiser.load_state_dict(content["optimiser"])
        restore_stream(self.feed.stream, content["feed"])
        if self.carried is not None:
            self.carried.restore(content["carried"])
        restore_streams(content)
