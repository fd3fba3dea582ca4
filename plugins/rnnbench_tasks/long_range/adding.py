"""The adding problem, in its two layouts."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench

VARIANCE = 1 / 12
"""Of one value, U[0, 1]."""


@dataclass(frozen=True)
class _MarkedSum(rnnbench.GeneratedTask):
    """What both layouts share: values, two marks, the sum of the marked values."""

    horizon: int = 100
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE, rnnbench.R2)
    target: ClassVar[float] = 0.01
    trivial_forecast: ClassVar[str] = "always 1.0"

    @property
    def output_size(self) -> int:
        """The sum."""
        return 1

    @abstractmethod
    def _marks(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Where the two marks stand, (B,) each."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T, 2): value and marker; targets (B, 1)."""
        values = rng.random((count, self.horizon), dtype=np.float32)
        markers = np.zeros_like(values)
        for marks in self._marks(rng, count):
            markers[np.arange(count), marks] = 1
        sums = (values * markers).sum(axis=1, keepdims=True)
        return rnnbench.Batch(np.stack([values, markers], axis=-1), sums)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: the variance of the sum."""
        return {"mse": 2 * VARIANCE, "r2": 0.0}


@dataclass(frozen=True)
class Adding(_MarkedSum):
    """Add the two marked numbers of a sequence: one mark in each half of it.

    value:   .3 .9 .1 .5 .2 .7
    marker:   0  1  0  0  1  0
    answer at the last step: 0.9 + 0.2

    Values are U[0, 1], so that the best constant answer, 1, has squared error Var = 2/12 = 1/6. A
    reader of the last k steps knows the marks that it sees, and errs by the variance of the others:
    1/12 for each that it misses. source: Hochreiter & Schmidhuber 1997, section 5.4, with markers
    of 0 and 1 as in Arjovsky et al. 2016.
    """

    name: ClassVar[str] = "adding"

    def _marks(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        half = self.horizon // 2
        return rng.integers(0, half, count), rng.integers(half, self.horizon, count)

    def blind_score(self, steps: int) -> float:
        """1/12 for each mark, times the chance that it stands before what is seen."""
        unseen, half = self.horizon - steps, self.horizon // 2
        first = min(unseen, half) / half
        second = max(unseen - half, 0) / (self.horizon - half)
        return (first + second) * VARIANCE


@dataclass(frozen=True)
class AddingAnywhere(_MarkedSum):
    """Add the two marked numbers of a sequence: the marks stand anywhere.

    value:   .3 .9 .1 .5 .2 .7
    marker:   0  0  0  1  1  0
    answer at the last step: 0.5 + 0.2

    Both marks may be late, so that a short memory earns more here than on `adding`: a reader of the
    last k of T steps has squared error (T - k) / 6T. The best constant answer, 1, has Var = 2/12 =
    1/6. source: Hochreiter & Schmidhuber 1997, section 5.4, with any two places marked as in Le et
    al. 2015, arXiv:1504.00941.
    """

    name: ClassVar[str] = "adding-anywhere"

    def _marks(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        first = rng.integers(0, self.horizon, count)
        return first, (first + rng.integers(1, self.horizon, count)) % self.horizon

    def blind_score(self, steps: int) -> float:
        """1/12 for each mark, times the chance that it stands before what is seen."""
        return 2 * VARIANCE * (self.horizon - steps) / self.horizon
