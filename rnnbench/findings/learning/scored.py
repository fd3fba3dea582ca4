"""What a search for a learning rate reads of trainings, and how good that makes a rate."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from rnnbench.records import Recipe, Result


class Scored(Struct, frozen=True):
    """What a search reads of a training.

    epochs:   to the target; None where it was not reached.
    loss:     the deciding metric on validation data at the chosen epoch, turned so that lower is
              better; None where the training was lost: it diverged, failed, or was cut short.
    diverged: whether that is why it was lost, which a lower rate may mend.
    """

    epochs: int | None
    loss: float | None
    diverged: bool = False

    @property
    def lost(self) -> bool:
        """Whether it gave no score."""
        return self.loss is None


Table = Mapping[float, Sequence[Scored]]
"""By rate, its trainings on the same seeds, in their order."""
Rank = tuple[int, float, float]


def scored(result: Result) -> Scored:
    """What a search reads of this result."""
    learning = result.learning
    if learning is None or learning.chosen_epoch is None or result.status not in ("ok", "stopped"):
        return Scored(None, None, result.status == "diverged")
    metric = learning.metrics[0]
    score = learning.curve[learning.chosen_epoch - 1].validation[metric.name]
    return Scored(learning.epochs_to_target, metric.loss(score))


def is_raced(recipe: Recipe) -> bool:
    """Whether a recipe searches its learning rate in this way."""
    return recipe.tune and recipe.search == "race" and len(recipe.learning_rates) > 1


def rank(trainings: Sequence[Scored], budget: int) -> Rank:
    """How good a rate is, lower being better: seeds lost; mean epochs to target, the budget where
    it was not reached; mean loss."""
    fine = [one for one in trainings if one.loss is not None]
    if not fine:
        return len(trainings), float("inf"), float("inf")
    epochs = [one.epochs or budget for one in fine]
    return (
        len(trainings) - len(fine),
        float(np.mean(epochs)),
        float(np.mean([one.loss for one in fine])),
    )


def ranks(table: Table, recipe: Recipe) -> dict[float, Rank]:
    """How good each rate is."""
    return {rate: rank(table[rate], recipe.epochs) for rate in sorted(table)}


def reached(table: Table) -> bool:
    """Whether some rate reached the target, so that epochs tell rates apart; the loss does
    otherwise."""
    return any(one.epochs is not None for trainings in table.values() for one in trainings)
