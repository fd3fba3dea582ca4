"""Metrics: named numbers with a unit and a direction, computed from outputs and targets."""

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
    """One way of scoring; `direction` is that of better scores.

    compute: `compute(outputs, targets, extra)`. For answers at the last step, outputs are (B, O),
    and targets are as in `Batch`. For answers at steps, both hold the asked steps alone, (N, O) and
    (N, ...). In a stream they are log-probabilities of the targets and the targets, (N,). For
    answers that are sequences of their own, both are tokens, (B, L) padded with -1. `extra` is as
    in `Batch`.
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
    """The mean of (output - target)^2."""
    return float(np.mean(np.square(outputs.astype(np.float64) - targets)))


def _r_squared(outputs: Array, targets: Array, extra: Extra) -> float:
    """1 - MSE / variance of the targets: 0 for their mean as the answer, 1 for the truth."""
    variance = float(np.var(targets.astype(np.float64)))
    return 1.0 - _mean_squared_error(outputs, targets, extra) / variance


def _normalised_error(outputs: Array, targets: Array, extra: Extra) -> float:
    """The root of MSE / variance of the targets: 1 for their mean as the answer."""
    variance = np.var(targets.astype(np.float64))
    return float(np.sqrt(_mean_squared_error(outputs, targets, extra) / variance))


def _accuracy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """The share of answers whose largest output is that of the target."""
    return float(np.mean(np.argmax(outputs, axis=-1) == targets))


def _scaled_accuracy(outputs: Array, targets: Array, extra: Extra) -> float:
    """(accuracy - chance) / (1 - chance): 0 by guessing, 1 for the truth."""
    chance = float(np.mean(extra["chance"]))
    return (_accuracy(outputs, targets, extra) - chance) / (1 - chance)


def _cross_entropy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """The mean of -log of the softmax probability of the target."""
    logits = outputs.astype(np.float64)
    chosen = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return float(np.mean(np.logaddexp.reduce(logits, axis=-1) - chosen))


def _bits(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """The mean of -log2 of the probability of the target."""
    return float(-np.mean(outputs) / np.log(2))


def _perplexity(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """exp of the mean of -log of the probability of the target."""
    return float(np.exp(-np.mean(outputs)))


def _exact_match(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """The share of sequences all of whose tokens, and whose length, are right."""
    width = max(outputs.shape[1], targets.shape[1])
    answers = _padded(outputs, width)
    wanted = _padded(targets, width)
    return float(np.mean((answers == wanted).all(axis=1)))


def _padded(tokens: Array, width: int) -> Array:
    return np.pad(tokens, ((0, 0), (0, width - tokens.shape[1])), constant_values=-1)


def _pixel_cross_entropy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """The mean of log(1 + exp(o)) - o y over pixels, for logits o and brightness y."""
    logits = outputs.astype(np.float64)
    return float(np.mean(np.logaddexp(0, logits) - logits * targets))


def _pixel_error(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """The mean of (sigmoid(o) - y)^2 over pixels, for logits o and brightness y."""
    brightness = 0.5 * (1 + np.tanh(outputs.astype(np.float64) / 2))
    return float(np.mean(np.square(brightness - targets)))


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
