"""The adding problem in two layouts: a mark in each half, or two marks anywhere."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench

VARIANCE = 1 / 12
"""Variance of one value, which is uniform on [0, 1]."""


@dataclass(frozen=True)
class _MarkedSum(rnnbench.GeneratedTask):
    """Data and scores of both layouts: values, two marks, and the sum of the marked values."""

    horizon: int = 100
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE, rnnbench.R2)
    target: ClassVar[float] = 0.01
    trivial_forecast: ClassVar[str] = "always 1.0"

    @property
    def output_size(self) -> int:
        """One number: the sum."""
        return 1

    @abstractmethod
    def _marks(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw the positions of the two marks, (B,) each."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T, 2), value and marker of each step, and targets (B, 1), the sums."""
        values = rng.random((count, self.horizon), dtype=np.float32)
        markers = np.zeros_like(values)
        for marks in self._marks(rng, count):
            markers[np.arange(count), marks] = 1
        sums = (values * markers).sum(axis=1, keepdims=True)
        return rnnbench.Batch(np.stack([values, markers], axis=-1), sums)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the constant 1 by formula: its error is the variance of the sum."""
        return {"mse": 2 * VARIANCE, "r2": 0.0}


@dataclass(frozen=True)
class Adding(_MarkedSum):
    """Add the two marked numbers of a sequence, one in each half of it.

    value:   .3 .9 .1 .5 .2 .7
    marker:   0  1  0  0  1  0
    answer at the last step: 0.9 + 0.2

    Values are uniform on [0, 1], so that the best constant answer, 1, has mean squared error 2/12 =
    1/6. A reader of only the last k steps knows the marks among them. For each mark that it misses,
    its error is the variance 1/12.

    source: Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, section 5.4, with markers
    of 0 and 1 as in Arjovsky et al. 2016, arXiv:1511.06464.
    """

    name: ClassVar[str] = "adding"

    def _marks(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        half = self.horizon // 2
        first = rng.integers(0, half, count)
        second = rng.integers(half, self.horizon, count)
        return first, second

    def blind_score(self, steps: int) -> float:
        """Return 1/12 for each mark, times the probability that it comes before the last `steps`
        steps."""
        unseen = self.horizon - steps
        half = self.horizon // 2
        first = min(unseen, half) / half
        second = max(unseen - half, 0) / (self.horizon - half)
        return (first + second) * VARIANCE


@dataclass(frozen=True)
class AddingAnywhere(_MarkedSum):
    """Add the two marked numbers of a sequence, which may be anywhere in it.

    value:   .3 .9 .1 .5 .2 .7
    marker:   0  0  0  1  1  0
    answer at the last step: 0.5 + 0.2

    Both marks may be late, so that a short memory does better here than on `adding`. A reader of
    the last k of T steps has mean squared error (T - k) / 6T. The best constant answer, 1, has mean
    squared error 2/12 = 1/6.

    source: Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, section 5.4, with any two
    steps marked as in Le et al. 2015, arXiv:1504.00941.
    """

    name: ClassVar[str] = "adding-anywhere"

    def _marks(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        first = rng.integers(0, self.horizon, count)
        distance = rng.integers(1, self.horizon, count)
        return first, (first + distance) % self.horizon

    def blind_score(self, steps: int) -> float:
        """Return 1/12 for each mark, times the probability that it comes before the last `steps`
        steps."""
        return 2 * VARIANCE * (self.horizon - steps) / self.horizon
