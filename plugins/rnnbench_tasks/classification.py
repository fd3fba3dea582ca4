"""Classification of sequences: its loss, metric and trivial forecast, and a split of fixed
sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]


@dataclass(frozen=True)
class Classification(rnnbench.RecordedTask):
    """A recorded task that asks for the class of a sequence at its last step."""

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    trivial_forecast: ClassVar[str] = "majority class"

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured score of the most frequent class of the training data."""
        return {"accuracy": majority_share(train.targets, test.targets)}


def majority_share(train: Array, test: Array) -> float:
    """Return the share in `test`, (B,), of the most frequent class of `train`, (N,)."""
    return float(np.mean(test == np.bincount(train).argmax()))


def split_by_counts(
    everything: rnnbench.Batch, seed: int, train: int, validation: int
) -> rnnbench.Splits:
    """Return shuffled splits with `train` and `validation` examples; the rest are test data.

    The seed is fixed by the task, so that all runs have the same splits.
    """
    order = np.random.default_rng(seed).permutation(len(everything))
    parts = np.split(order, [train, train + validation])
    return rnnbench.Splits(*map(everything.take, parts))
