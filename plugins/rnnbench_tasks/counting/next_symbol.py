"""Prediction of the symbols that may come next, for tasks on counting and nesting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array, VariableLength

Extra = Mapping[str, Array]


def _asked(extra: Extra) -> Array:
    """Return which steps are real, (B, T) bool."""
    steps = extra["chances"].shape[1]
    return np.arange(steps) < extra["lengths"][:, None]


def _predicted(outputs: Array, chances: Array) -> Array:
    """Return which symbols have a probability above half of the least that is possible, (N, O)."""
    threshold = np.log(chances[chances > 0].min() / 2)
    predicted: Array = _log_probabilities(outputs) > threshold
    return predicted


def _log_probabilities(outputs: Array) -> Array:
    logits = outputs.astype(np.float64)
    normaliser: Array = np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return logits - normaliser


def _right_steps(outputs: Array, extra: Extra) -> Array:
    """Return at which asked steps the predicted set is right, (N,) bool.

    The set is right where exactly the allowed symbols have a probability above the threshold.
    """
    chances = extra["chances"][_asked(extra)]
    right: Array = np.all(_predicted(outputs, chances) == (chances > 0), axis=-1)
    return right


def _sequence_accuracy(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    first = np.cumsum(extra["lengths"]) - extra["lengths"]
    right = np.logical_and.reduceat(_right_steps(outputs, extra), first)
    return float(np.mean(right))


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
    """A task that asks at every step which symbols of a language may come next.

    A sequence is read symbol by symbol, and each target is drawn from the symbols that may come
    next. The probabilities c of the draw are known at each step. They depend on the symbols read so
    far, and never on the drawn length: the best forecast on short sequences is the best on long
    ones. The metrics are:

    sequence accuracy:    the share of sequences with the right set of symbols at every step. The
                          predicted set is all symbols with a probability p above half of the least
                          probability that an allowed symbol ever has. It decides, because the share
                          of right steps is close to 1 for a reader who never counts. The target is
                          our own choice.
    set accuracy:         the share of single steps with the right set.
    excess cross-entropy: the mean over steps of sum c ln(c / p): the expected cross-entropy of a
                          draw, less that of the best forecast, p = c. It is computed in closed
                          form, without the noise of the draws.
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
    """The symbols that are read, one token each."""
    answers: ClassVar[str]
    """The symbols that may come next, one class each; "$" is the end, where it is asked for."""

    @property
    def vocabulary(self) -> int:
        """The number of symbols that are read."""
        return len(self.symbols)

    @property
    def output_size(self) -> int:
        """One class for each symbol that may come next."""
        return len(self.answers)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of a forecast from the last symbol alone.

        For each symbol, it gives the mean probabilities of the next one in the test data
        themselves.
        """
        asked = _asked(test.extra)
        symbols = test.inputs[asked]
        chances = test.extra["chances"][asked].astype(np.float64)
        after = []
        for symbol in range(self.vocabulary):
            is_last = symbols == symbol
            after.append(chances[is_last].mean(axis=0) if is_last.any() else chances[0])
        logarithms = np.log(np.maximum(np.array(after), np.finfo(np.float64).tiny))
        return rnnbench.score(self.metrics, logarithms[test.inputs], test)

    def example(self, one: rnnbench.Batch, outputs: Array) -> rnnbench.Example:
        """Return the word, and which symbols may come next at each step, in order."""
        chances = one.extra["chances"][0, : one.steps]
        predicted = _predicted(outputs[0], chances)
        right = np.all(predicted == (chances > 0), axis=-1)
        return rnnbench.Example(
            inputs=rnnbench.shortened([self.symbols[token] for token in one.inputs[0]]),
            target=rnnbench.shortened(self._sets(chances > 0)),
            answer=rnnbench.with_mistakes(self._sets(predicted), right),
            right=bool(right.all()),
        )

    def _sets(self, allowed: Array) -> list[str]:
        """Return the symbols of each row of allowed ones, (N, O); "-" for none."""
        named = []
        for row in allowed:
            symbols = [self.answers[place] for place in np.flatnonzero(row)]
            named.append("".join(symbols) or "-")
        return named


def batch_of(tokens: Array, targets: Array, chances: Array, lengths: Array) -> rnnbench.Batch:
    """Return a batch whose padding is 0 in tokens and targets, (B, T).

    chances: the probability of each answer at each step, (B, T, O).
    lengths: the number of real steps of each sequence, (B,).
    """
    real = np.arange(tokens.shape[1]) < lengths[:, None]
    inputs = np.where(real, tokens, 0)
    answers = np.where(real, targets, 0)
    extra = {"chances": chances, "lengths": lengths}
    return rnnbench.Batch(inputs, answers, extra, lengths=lengths)
