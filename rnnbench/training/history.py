"""The course of a training run: what has happened so far, and the rules that end it. No torch; it
travels as JSON."""

import math

from msgspec import Struct

from rnnbench.records import Epoch, MetricNote, Recipe

EXPLOSION = 1e4
"""A loss so many times the first one (or so large, where the first is below 1) has exploded."""


class TrainingHistory(Struct, kw_only=True):
    """What has happened in a training run so far.

    best_score:      of the best epoch on validation data; likewise `best_epoch`.
    at_target_since: first epoch of those in a row at the target that end now.
    diverged:        why it cannot go on, where it cannot.
    futile:          why it was given up, where it was.
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
        """Epochs that are behind it."""
        return len(self.curve)

    @property
    def seconds(self) -> float:
        """Wall seconds spent on it, in whatever processes."""
        return self.seconds_training + self.seconds_evaluating

    def loss_is_fine(self, loss: float) -> bool:
        """Take note of the loss of a batch; False where it has left the finite numbers, or
        exploded."""
        if self.first_loss is None and math.isfinite(loss):
            self.first_loss = loss
        epoch = self.epoch + 1
        if not math.isfinite(loss):
            self.diverged = f"loss not finite in epoch {epoch}"
        elif loss > EXPLOSION * max(self.first_loss or 0.0, 1.0):
            self.diverged = (
                f"loss exploded to {loss:.3g} in epoch {epoch}, from {self.first_loss:.3g} at first"
            )
        return not self.diverged

    def note(self, epoch: Epoch, metric: MetricNote, target: float) -> bool:
        """Take note of an epoch; True where it is the best so far on validation data.

        The metric that decides has to be finite; where it is not, training has diverged. Of epochs
        that are equally good and at the target it is the last: all that is left to gain by training
        on, such as on longer sequences, is then in it.
        """
        score = epoch.validation.get(metric.name)
        if score is None or not math.isfinite(score):
            reason = epoch.absent.get(metric.name, f"came out as {score}")
            self.diverged = (
                f"validation {metric.name} is not finite in epoch {epoch.epoch}: {reason}"
            )
            return False
        self.curve.append(epoch)
        self._note_target(epoch.epoch, reached=not metric.better(target, score))
        as_good = score == self.best_score and not metric.better(target, score)
        if self.best_score is None or metric.better(score, self.best_score) or as_good:
            self.best_epoch, self.best_score = epoch.epoch, score
            return True
        return False

    def is_over(self, recipe: Recipe) -> bool:
        """Whether there is nothing more to train; giving up is noted."""
        solved = self.epochs_to_target is not None
        patience = recipe.futility_epochs
        if (
            patience
            and not solved
            and not self.diverged
            and self.epoch - (self.best_epoch or 0) >= patience
        ):
            self.futile = (
                f"given up in epoch {self.epoch}: no better on validation data for {patience}"
                " epochs"
            )
        out_of_budget = self.epoch >= recipe.epochs
        if out_of_budget:
            self.futile = ""
        return bool(
            out_of_budget or self.diverged or self.futile or (solved and recipe.stop_when_solved)
        )

    def _note_target(self, epoch: int, *, reached: bool) -> None:
        if not reached:
            self.at_target_since = None
        elif self.at_target_since is None:
            self.at_target_since = epoch
        elif self.epochs_to_target is None:
            self.epochs_to_target = self.at_target_since
