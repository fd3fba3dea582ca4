"""Metrics: a number with a name, a unit and a direction, computed from a model's outputs and the targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Extra = Mapping[str, Array]
Direction = Literal["lower", "higher"]


@dataclass(frozen=True)
class Metric:
    """One way of scoring; `direction` says which way is better.

    compute: `compute(outputs, targets, extra)`, with outputs (B, O) or (B, T, O), targets and extra as in `Batch`.
    """

    name: str
    unit: str
    direction: Direction
    compute: Callable[[Array, Array, Extra], float]

    def better(self, a: float, b: float) -> bool:
        """Whether score a beats score b."""
        return a < b if self.direction == "lower" else a > b

    def reaches(self, score: float, target: float) -> bool:
        """Whether a score is at the target or beyond it."""
        return score <= target if self.direction == "lower" else score >= target


def _mean_squared_error(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.mean(np.square(outputs.astype(np.float64) - targets)))


def _r_squared(outputs: Array, targets: Array, extra: Extra) -> float:
    return 1.0 - _mean_squared_error(outputs, targets, extra) / float(np.var(targets.astype(np.float64)))


def _accuracy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.mean(np.argmax(outputs, axis=-1) == targets))


MSE = Metric("mse", "squared units of the target", "lower", _mean_squared_error)
R2 = Metric("r2", "share of variance", "higher", _r_squared)
ACCURACY = Metric("accuracy", "share correct", "higher", _accuracy)
