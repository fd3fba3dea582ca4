"""The base of chaotic series: a forecast one step ahead, and closed loops behind a prompt."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]
Extra = Mapping[str, Array]
CLOSED_LOOP = "closed-loop"
LARGEST_ERROR = 0.5
"""A forecast is valid up to this error, in standard deviations of the series."""
LYAPUNOV_TIMES = 8
"""Length of a closed loop."""


def _valid_time(outputs: Array, targets: Array, extra: Extra) -> float:
    times = extra["lyapunov_times"]
    errors = np.abs(outputs.astype(np.float64) - targets).reshape(times.shape)
    is_valid = np.logical_and.accumulate(errors <= LARGEST_ERROR, axis=1)
    return float(np.mean(np.where(is_valid, times, 0).max(axis=1)))


VALID_TIME = rnnbench.Metric("valid time", "Lyapunov times", "higher", _valid_time)
"""Mean time until a forecast in a closed loop first misses by more than LARGEST_ERROR.

source: the valid prediction time of Vlachas et al. 2020, arXiv:1910.05266, in Lyapunov times.
"""


@dataclass(frozen=True)
class Chaotic(rnnbench.GeneratedTask):
    """A task on a series x, scaled to mean 0 and variance 1, that asks at each step for the next x.

    A sequence is two horizons long. The first horizon - 1 steps are not asked, so that each answer
    comes after at least `horizon` values. Every sequence has a beginning of its own, drawn at
    random. No formula gives the score of readers of fewer steps: without noise, a few values
    determine the next one, but more precisely than numbers of 32 bits hold them.

    The trained model is also tested in a closed loop (`@closed-loop`): after two horizons of the
    series it reads its own forecasts. The score is the valid time: the mean time until a forecast
    first misses by half a standard deviation, in units of the Lyapunov time, in which small errors
    grow by the factor e. Loops end after eight Lyapunov times.
    """

    loss: ClassVar[rnnbench.Loss] = "squared-error"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.NRMSE, rnnbench.R2)
    trivial_forecast: ClassVar[str] = "no change"
    shortest_horizon: ClassVar[int] = 2
    spacing: ClassVar[float]
    """Time from one step to the next."""
    exponent: ClassVar[float]
    """The largest Lyapunov exponent, in nats a unit of time."""

    @property
    def output_size(self) -> int:
        """One number: the next value."""
        return 1

    @abstractmethod
    def series(self, rng: np.random.Generator, count: int, steps: int) -> Array:
        """Return sequences (B, T), each from another beginning, at mean 0 and variance 1."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, 2 horizon, 1), asked from step `horizon` on."""
        return self._batch(rng, count, given=self.horizon, asked=self.horizon + 1)

    def _batch(
        self, rng: np.random.Generator, count: int, *, given: int, asked: int
    ) -> rnnbench.Batch:
        """Return a batch that asks for `asked` values, the first of them after `given` ones."""
        values = self.series(rng, count, given + asked).astype(np.float32)[..., None]
        steps = given + asked - 1
        mask = np.broadcast_to(np.arange(steps) >= given - 1, (count, steps))
        return rnnbench.Batch(values[:, :-1], values[:, 1:], mask=mask.copy())

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the forecast that the value does not change."""
        return rnnbench.score(self.metrics, test.inputs, test)


@dataclass(frozen=True)
class ClosedLoop(Chaotic):
    """The setting of a chaotic series in which a model reads its own forecasts."""

    mode: ClassVar[rnnbench.Mode] = "closed-loop"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (VALID_TIME,)
    target: ClassVar[float] = LYAPUNOV_TIMES / 2

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, T, 1), of which the first two horizons are given.

        `extra["lyapunov_times"]`, (B, L), is the time from the last given value to each forecast.
        """
        given = 2 * self.horizon
        asked = ceil(LYAPUNOV_TIMES / (self.exponent * self.spacing))
        batch = self._batch(rng, count, given=given, asked=asked)
        times = self.exponent * self.spacing * np.arange(1, asked + 1)
        extra = {"lyapunov_times": np.tile(times, (count, 1))}
        prompt = np.full(count, given)
        return rnnbench.Batch(batch.inputs, batch.targets, extra, mask=batch.mask, prompt=prompt)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured valid time of the forecast that the last value stays for ever."""
        given = 2 * self.horizon
        last = np.repeat(test.inputs[:, given - 1 : given], test.steps, axis=1)
        return rnnbench.score(self.metrics, last, test)
