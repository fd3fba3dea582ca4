"""What tasks that name the class of a sequence have in common: metric, trivial forecast, a fixed
shuffle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench


@dataclass(frozen=True)
class Classification(rnnbench.RecordedTask):
    """One class a sequence, named at its last step."""

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    trivial_forecast: ClassVar[str] = "majority class"

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: the most frequent class of the training data."""
        majority = np.bincount(train.targets).argmax()
        return {"accuracy": float(np.mean(test.targets == majority))}


def dealt(everything: rnnbench.Batch, seed: int, train: int, validation: int) -> rnnbench.Splits:
    """In the order of a shuffle that is the same for all: so many for training, so many for
    validation, the rest."""
    order = np.random.default_rng(seed).permutation(len(everything))
    return rnnbench.Splits(*map(everything.take, np.split(order, [train, train + validation])))
