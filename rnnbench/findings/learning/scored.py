"""Trainings as a learning-rate search scores them, and how it ranks rates."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec import Struct

from rnnbench.records import Recipe, Result


class Scored(Struct, frozen=True):
    """A training as a search scores it.

    epochs:   epochs to the target; None where it was not reached.
    loss:     the deciding metric on validation data at the chosen epoch, turned so that lower is
              better; None where the training was lost: it diverged, failed, or was cut short.
    diverged: whether the training was lost because it diverged; a lower rate may help.
    """

    epochs: int | None
    loss: float | None
    diverged: bool = False

    @property
    def lost(self) -> bool:
        """Whether the training gave no score."""
        return self.loss is None


Table = Mapping[float, Sequence[Scored]]
"""Trainings of each rate on the same seeds, in the order of seeds."""
Rank = tuple[int, float, float]
"""Seeds lost, mean epochs to target, mean loss; lower is better."""


def scored(result: Result) -> Scored:
    """Score a result as a search does."""
    learning = result.learning
    if learning is None or learning.chosen_epoch is None or result.status not in ("ok", "stopped"):
        return Scored(None, None, result.status == "diverged")
    metric = learning.metrics[0]
    score = learning.curve[learning.chosen_epoch - 1].validation[metric.name]
    return Scored(learning.epochs_to_target, metric.loss(score))


def is_raced(recipe: Recipe) -> bool:
    """Whether a recipe searches its learning rate by a race."""
    return recipe.tune and recipe.search == "race" and len(recipe.learning_rates) > 1


def rank(trainings: Sequence[Scored], budget: int) -> Rank:
    """Rank a rate by seeds lost, then mean epochs to target, then mean loss; lower is better.

    A seed that did not reach the target counts as the whole budget of epochs.
    """
    fine = [training for training in trainings if training.loss is not None]
    if not fine:
        return len(trainings), float("inf"), float("inf")
    lost = len(trainings) - len(fine)
    epochs = [training.epochs or budget for training in fine]
    losses = [training.loss for training in fine if training.loss is not None]
    return lost, float(np.mean(epochs)), float(np.mean(losses))


def ranks(table: Table, recipe: Recipe) -> dict[float, Rank]:
    """Rank each rate of a table."""
    return {rate: rank(table[rate], recipe.epochs) for rate in sorted(table)}


def reached(table: Table) -> bool:
    """Whether some rate reached the target; without that, the loss decides between rates."""
    trainings = chain.from_iterable(table.values())
    return any(training.epochs is not None for training in trainings)
