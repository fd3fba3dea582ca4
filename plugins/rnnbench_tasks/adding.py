"""The adding problem."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench


@dataclass(frozen=True)
class Adding(rnnbench.GeneratedTask):
    """Add the two marked numbers of a sequence: one mark in each half of it.

    value:   .3 .9 .1 .5 .2 .7
    marker:   0  1  0  0  1  0
    answer at the last step: 0.9 + 0.2

    Values are U[0, 1], so that the best constant answer, 1, has squared error Var = 2/12 = 1/6.
    source: Hochreiter & Schmidhuber 1997, section 5.4, with markers of 0 and 1 as in Arjovsky et al. 2016.
    """

    horizon: int = 100
    name: ClassVar[str] = "adding"
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE, rnnbench.R2)
    target: ClassVar[float] = 0.01
    trivial_forecast: ClassVar[str] = "always 1.0"

    @property
    def output_size(self) -> int:
        """The sum."""
        return 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T, 2): value and marker; targets (B, 1)."""
        values = rng.random((count, self.horizon), dtype=np.float32)
        markers = np.zeros_like(values)
        rows, half = np.arange(count), self.horizon // 2
        markers[rows, rng.integers(0, half, count)] = 1
        markers[rows, rng.integers(half, self.horizon, count)] = 1
        sums = (values * markers).sum(axis=1, keepdims=True)
        return rnnbench.Batch(np.stack([values, markers], axis=-1), sums)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: the variance of the sum."""
        return {"mse": 1 / 6, "r2": 0.0}
