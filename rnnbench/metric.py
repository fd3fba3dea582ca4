"""Metrics: a number with a name, a unit and a direction, computed from a model's outputs and the
targets."""

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

    compute: `compute(outputs, targets, extra)`. Asked at the last step: outputs (B, O), targets as
             in `Batch`. Asked at steps: those of the asked steps alone, (N, O) and (N, ...). In a
             stream: log-probabilities of the targets and the targets, (N,). Where the answer is a
             sequence of its own: tokens, (B, L) padded with -1, of both. `extra` as in `Batch`.
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
    return 1.0 - _mean_squared_error(outputs, targets, extra) / float(
        np.var(targets.astype(np.float64))
    )


def _normalised_error(outputs: Array, targets: Array, extra: Extra) -> float:
    return float(
        np.sqrt(_mean_squared_error(outputs, targets, extra) / np.var(targets.astype(np.float64)))
    )


def _accuracy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.mean(np.argmax(outputs, axis=-1) == targets))


def _scaled_accuracy(outputs: Array, targets: Array, extra: Extra) -> float:
    chance = float(np.mean(extra["chance"]))
    return (_accuracy(outputs, targets, extra) - chance) / (1 - chance)


def _cross_entropy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    chosen = np.take_along_axis(outputs.astype(np.float64), targets[..., None], axis=-1)[..., 0]
    return float(np.mean(np.logaddexp.reduce(outputs.astype(np.float64), axis=-1) - chosen))


def _bits(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(-np.mean(outputs) / np.log(2))


def _perplexity(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.exp(-np.mean(outputs)))


def _exact_match(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    width = max(outputs.shape[1], targets.shape[1])
    one, other = (
        np.pad(a, ((0, 0), (0, width - a.shape[1])), constant_values=-1) for a in (outputs, targets)
    )
    return float(np.mean((one == other).all(axis=1)))


def _pixel_cross_entropy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    logits = outputs.astype(np.float64)
    return float(np.mean(np.logaddexp(0, logits) - logits * targets))


def _pixel_error(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.mean(np.square(0.5 * (1 + np.tanh(outputs.astype(np.float64) / 2)) - targets)))


MSE = Metric("mse", "squared units of the target", "lower", _mean_squared_error)
R2 = Metric("r2", "share of variance", "higher", _r_squared)
NRMSE = Metric("nrmse", "root of MSE / variance", "lower", _normalised_error)
ACCURACY = Metric("accuracy", "share correct", "higher", _accuracy)
SCALED_ACCURACY = Metric(
    "scaled accuracy", "(accuracy - chance) / (1 - chance)", "higher", _scaled_accuracy
)
CROSS_ENTROPY = Metric("cross-entropy", "nats an answer", "lower", _cross_entropy)
BITS_PER_CHARACTER = Metric("bits per character", "bits", "lower", _bits)
PERPLEXITY = Metric("perplexity", "equally likely words", "lower", _perplexity)
EXACT_MATCH = Metric(
    "exact match", "share of sequences right to the last token", "higher", _exact_match
)
FRAME_BCE = Metric("frame bce", "nats a pixel", "lower", _pixel_cross_entropy)
FRAME_MSE = Metric("frame mse", "squared brightness a pixel", "lower", _pixel_error)
