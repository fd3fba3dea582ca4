"""The training history: what has happened so far, and the rules that end a training.

It uses no torch, and is written into checkpoints as JSON.
"""

import math

from msgspec import Struct

from rnnbench import text
from rnnbench.records import Epoch, MetricNote, Recipe

EXPLOSION = 1e4
"""A loss has exploded above so many times the first one, or 1 where the first is below 1."""


class TrainingHistory(Struct, kw_only=True):
    """What has happened in a training so far.

    curve:            the epochs so far, each with its validation scores.
    best_epoch:       the number of the best epoch on validation data.
    best_score:       the validation score of the best epoch.
    at_target_since:  first of the epochs in a row, up to the last one, whose score is at the
                      target.
    epochs_to_target: first of the first two epochs in a row whose scores are at the target.
    first_loss:       the first finite training loss.
    diverged:         why the training cannot continue; "" where it can.
    futile:           why the training was stopped before its last epoch, as its validation score
                      did not improve; "" where it was not.
    """

    curve: list[Epoch] = []
    best_epoch: int | None = None
    best_score: float | None = None
    at_target_since: int | None = None
    epochs_to_target: int | None = None
    first_loss: float | None = None
    diverged: str = ""
    futile: str = ""
    seconds_training: float = 0.0
    seconds_evaluating: float = 0.0

    @property
    def epoch(self) -> int:
        """The number of epochs that are complete."""
        return len(self.curve)

    @property
    def seconds(self) -> float:
        """Wall seconds of training and evaluations, over all processes of a resumed training."""
        return self.seconds_training + self.seconds_evaluating

    def accept_loss(self, loss: float) -> bool:
        """Record the training loss of a batch; return False where it is not finite or exploded."""
        if self.first_loss is None and math.isfinite(loss):
            self.first_loss = loss
        epoch = self.epoch + 1
        first_loss = self.first_loss or 0.0
        if not math.isfinite(loss):
            self.diverged = f"loss not finite in epoch {epoch}"
        elif loss > EXPLOSION * max(first_loss, 1.0):
            self.diverged = (
                f"loss exploded to {text.rounded(loss)} in epoch {epoch},"
                f" from {text.rounded(first_loss)} at first"
            )
        return not self.diverged

    def record(self, epoch: Epoch, metric: MetricNote, target: float | None) -> bool:
        """Record an epoch; return whether it is the best so far on validation data.

        A task without a target (None) is never at it. Where the score by `metric` is not finite,
        the training has diverged. Of epochs that are equally good and at the target, the last one
        counts as the best: it contains whatever else further training has improved, such as the
        score on longer sequences.
        """
        score = epoch.validation.get(metric.name)
        if score is None or not math.isfinite(score):
            reason = epoch.absent.get(metric.name, f"came out as {score}")
            self.diverged = (
                f"validation {metric.name} is not finite in epoch {epoch.epoch}: {reason}"
            )
            return False
        self.curve.append(epoch)
        at_target = target is not None and not metric.better(target, score)
        self._record_target(epoch.epoch, at_target=at_target)
        is_first = self.best_score is None
        is_better = self.best_score is not None and metric.better(score, self.best_score)
        is_equal_at_target = score == self.best_score and at_target
        if is_first or is_better or is_equal_at_target:
            self.best_epoch = epoch.epoch
            self.best_score = score
            return True
        return False

    def is_over(self, recipe: Recipe) -> bool:
        """Whether the training is over; a stop for futility is recorded in `futile`."""
        solved = self.epochs_to_target is not None
        epochs_without_gain = self.epoch - (self.best_epoch or 0)
        patience = recipe.futility_epochs
        may_be_futile = bool(patience) and not solved and not self.diverged
        if may_be_futile and epochs_without_gain >= patience:
            self.futile = (
                f"given up in epoch {self.epoch}: no better on validation data for {patience}"
                " epochs"
            )
        all_epochs_done = self.epoch >= recipe.epochs
        if all_epochs_done:
            self.futile = ""
        stops_solved = solved and recipe.stop_when_solved
        return bool(all_epochs_done or self.diverged or self.futile or stops_solved)

    def _record_target(self, epoch: int, *, at_target: bool) -> None:
        if not at_target:
            self.at_target_since = None
        elif self.at_target_since is None:
            self.at_target_since = epoch
        elif self.epochs_to_target is None:
            self.epochs_to_target = self.at_target_since
