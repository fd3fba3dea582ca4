"""The training loop: epochs, an evaluation after each, and the rules that stop it."""

import math
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench.model import Model, count_parameters, tensor
from rnnbench.records import Epoch, Learning, LearningTrial, MetricNote, Recipe, Status
from rnnbench.task import Batch, Loss, Task, score
from rnnbench.training.feed import Feed

LOSSES: Mapping[Loss, Callable[[Tensor, Tensor], Tensor]] = {
    "squared-error": functional.mse_loss,
    "cross-entropy": functional.cross_entropy,
}
OPTIMISERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}
EVALUATION_BATCH = 256


@dataclass(frozen=True)
class Outcome:
    """How training ended, its figures, and seconds seen in passing."""

    status: Status
    reason: str
    learning: Learning
    seconds_training: float
    seconds_evaluating: float


def train(trial: LearningTrial, task: Task, model: Model, feed: Feed, hidden: int) -> Outcome:
    """Train a fresh model on a feed as the trial's recipe says; test data is touched once, at the end."""
    trainer = _Trainer(trial, task, model, feed)
    trainer.run()
    diverged = trainer.diverged_at is not None
    absent = {}
    test: dict[str, float] = {}
    if diverged:
        absent["test"] = f"diverged in epoch {trainer.diverged_at}"
    else:
        model.load_state_dict(trainer.best_weights)
        test = trainer.evaluate(feed.test)
    if trainer.epochs_to_target is None:
        absent["epochs_to_target"] = f"not at the target twice in a row within {len(trainer.curve)} epochs"
    trivial = feed.trivial()
    learning = Learning(
        metrics=tuple(MetricNote(m.name, m.unit, m.direction) for m in task.metrics),
        target=task.target,
        hidden_size=hidden,
        parameters=count_parameters(model),
        state_floats=model.state_floats,
        epochs_run=len(trainer.curve),
        steps_per_epoch=feed.steps_per_epoch,
        curve=tuple(trainer.curve),
        chosen_epoch=trainer.best_epoch,
        test=_finite(test, absent, "test"),
        trivial=_finite(trivial, absent, "trivial"),
        trivial_forecast=task.trivial_forecast,
        epochs_to_target=trainer.epochs_to_target,
        absent=absent,
    )
    status: Status = "diverged" if diverged else "ok"
    reason = f"loss not finite in epoch {trainer.diverged_at}" if diverged else ""
    return Outcome(status, reason, learning, trainer.seconds_training, trainer.seconds_evaluating)


def cut_gradient(model: nn.Module, norm: float) -> None:
    """Scale the gradient of all parameters together to at most this norm; 0 leaves it as it is."""
    if norm:
        torch.nn.utils.clip_grad_norm_(model.parameters(), norm)


class _Trainer:
    """The state of one training run."""

    def __init__(self, trial: LearningTrial, task: Task, model: Model, feed: Feed) -> None:
        self.recipe: Recipe = trial.recipe
        self.device = torch.device(trial.device)
        self.task, self.feed = task, feed
        self.model = model.to(self.device)
        self.loss = LOSSES[task.loss]
        self.optimiser = OPTIMISERS[trial.recipe.optimiser](model.parameters(), lr=trial.learning_rate)
        self.curve: list[Epoch] = []
        self.best_epoch: int | None = None
        self.best_weights: dict[str, Any] = {}
        self.best_score = math.nan
        self.epochs_to_target: int | None = None
        self.diverged_at: int | None = None
        self.at_target_since: int | None = None
        self.seconds_training = self.seconds_evaluating = 0.0

    def run(self) -> None:
        for epoch in range(1, self.recipe.epochs + 1):
            started = perf_counter()
            train_loss = self._train_epoch()
            trained = perf_counter()
            scores = self.evaluate(self.feed.validation) if math.isfinite(train_loss) else {}
            self.seconds_training += trained - started
            self.seconds_evaluating += perf_counter() - trained
            if not scores or not all(map(math.isfinite, scores.values())):
                self.diverged_at = epoch
                return
            self.curve.append(Epoch(epoch, epoch * self.feed.steps_per_epoch, train_loss, scores))
            self._note(epoch, scores[self.task.metric.name])
            if self.epochs_to_target is not None and self.recipe.stop_when_solved:
                return

    def _train_epoch(self) -> float:
        """One pass; the mean training loss, or the first loss that is not finite."""
        self.model.train()
        total = 0.0
        for batch in self.feed.epoch():
            loss = self.loss(self.model(self._tensor(batch.inputs)), self._tensor(batch.targets))
            value = loss.item()
            if not math.isfinite(value):
                return value
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            cut_gradient(self.model, self.recipe.clip_norm)
            self.optimiser.step()
            total += value
        return total / self.feed.steps_per_epoch

    def evaluate(self, data: Batch) -> dict[str, float]:
        """Scores of the present weights on these data."""
        self.model.eval()
        starts = range(0, len(data), EVALUATION_BATCH)
        with torch.inference_mode():
            parts = [self.model(self._tensor(data.inputs[i : i + EVALUATION_BATCH])).cpu() for i in starts]
        return score(self.task.metrics, torch.cat(parts).numpy(), data)

    def _note(self, epoch: int, value: float) -> None:
        """Keep the best epoch, and the first of two evaluations in a row at the target."""
        metric = self.task.metric
        if self.best_epoch is None or metric.better(value, self.best_score):
            self.best_epoch, self.best_score = epoch, value
            self.best_weights = deepcopy(self.model.state_dict())
        if not metric.reaches(value, self.task.target):
            self.at_target_since = None
        elif self.at_target_since is None:
            self.at_target_since = epoch
        elif self.epochs_to_target is None:
            self.epochs_to_target = self.at_target_since

    def _tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        return tensor(array).to(self.device)


def _finite(scores: Mapping[str, float], absent: dict[str, str], what: str) -> dict[str, float]:
    """The finite ones; the others are noted as absent, for NaN is not a figure."""
    for name, value in scores.items():
        if not math.isfinite(value):
            absent[f"{what} {name}"] = f"came out as {value}"
    return {name: float(value) for name, value in scores.items() if math.isfinite(value)}
