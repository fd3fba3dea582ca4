"""Which symbols may come next? What tasks on counting and nesting share, and how they are
scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array, VariableLength

Extra = Mapping[str, Array]


def _asked(extra: Extra) -> Array:
    """(B, T) bool: the real steps."""
    return np.arange(extra["chances"].shape[1]) < extra["lengths"][:, None]


def _log_probabilities(outputs: Array) -> Array:
    logits = outputs.astype(np.float64)
    normaliser: Array = np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return logits - normaliser


def _right_steps(outputs: Array, extra: Extra) -> Array:
    """(N,) bool: the asked steps at which exactly the allowed symbols get more than the
    threshold."""
    chances = extra["chances"][_asked(extra)]
    threshold = np.log(chances[chances > 0].min() / 2)
    right: Array = np.all((_log_probabilities(outputs) > threshold) == (chances > 0), axis=-1)
    return right


def _sequence_accuracy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    first = np.cumsum(extra["lengths"]) - extra["lengths"]
    return float(np.mean(np.logical_and.reduceat(_right_steps(outputs, extra), first)))


def _set_accuracy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.mean(_right_steps(outputs, extra)))


def _excess_cross_entropy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    chances = extra["chances"][_asked(extra)].astype(np.float64)
    surprise = np.log(np.where(chances > 0, chances, 1)) - _log_probabilities(outputs)
    return float(np.mean(np.where(chances > 0, chances * surprise, 0).sum(axis=-1)))


SEQUENCE_ACCURACY = rnnbench.Metric(
    "sequence accuracy",
    "share of sequences with the right set at every step",
    "higher",
    _sequence_accuracy,
)
SET_ACCURACY = rnnbench.Metric(
    "set accuracy", "share of steps with the right set", "higher", _set_accuracy
)
EXCESS_CROSS_ENTROPY = rnnbench.Metric(
    "excess cross-entropy", "nats a step above the optimum", "lower", _excess_cross_entropy
)


@dataclass(frozen=True)
class NextSymbol(VariableLength):
    """A language, read symbol by symbol; the target at each step is a symbol drawn from those that
    may come next.

    The chances of the draw, c, are known at each step, and depend on what was read alone, never on
    the length that was drawn: what is best on short sequences is best on long ones. Reported are
    sequence accuracy:    at every step of a sequence the right set, which is all symbols whose
    predicted probability p
                          exceeds half of the least chance that an allowed symbol ever has. It
                          decides, since the share of right steps is close to 1 for a reader who
                          never counts. The target is ours.
    set accuracy:         likewise, over single steps.
    excess cross-entropy: the mean over steps of sum c ln(c / p), which is the expected
                          cross-entropy of a draw less that of the best forecast, p = c, in closed
                          form: the noise of the draws is not in it.
    """

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (
        SEQUENCE_ACCURACY,
        SET_ACCURACY,
        EXCESS_CROSS_ENTROPY,
    )
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "what follows the last symbol, whatever came before"
    symbols: ClassVar[str]
    """What is read, a token each."""
    answers: ClassVar[str]
    """What may come next, a class each: the symbols, and "$" for the end where it is asked for."""

    @property
    def vocabulary(self) -> int:
        """The symbols."""
        return len(self.symbols)

    @property
    def output_size(self) -> int:
        """One class a symbol that may come next."""
        return len(self.answers)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Measured: the mean chances after each symbol, whatever was read before it, in the test
        data themselves."""
        asked = _asked(test.extra)
        symbols, chances = test.inputs[asked], test.extra["chances"][asked].astype(np.float64)
        after = np.array(
            [
                chances[symbols == s].mean(axis=0) if (symbols == s).any() else chances[0]
                for s in range(self.vocabulary)
            ]
        )
        logarithms = np.log(np.maximum(after, np.finfo(np.float64).tiny))
        return rnnbench.score(self.metrics, logarithms[test.inputs], test)


def batch_of(tokens: Array, targets: Array, chances: Array, lengths: Array) -> rnnbench.Batch:
    """Tokens and targets (B, T) and the chances of every answer at each step (B, T, O), of which
    `lengths` are real."""
    real = np.arange(tokens.shape[1]) < lengths[:, None]
    extra = {"chances": chances, "lengths": lengths}
    return rnnbench.Batch(
        np.where(real, tokens, 0), np.where(real, targets, 0), extra, lengths=lengths
    )
