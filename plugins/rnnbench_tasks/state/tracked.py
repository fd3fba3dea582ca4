"""The base of tasks that ask at the last step for a state that every step may change."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array, VariableLength, padded


@dataclass(frozen=True)
class Tracked(VariableLength):
    """A task that asks at the last real step for one of several states.

    Chance is the accuracy of the best constant answer at the length of each sequence, by formula.
    The target is our choice: 99 % of answers right at training lengths. Cells that reach it may
    still differ on longer sequences.
    """

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.SCALED_ACCURACY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "the likeliest answer at that length"
    tokens: ClassVar[int]
    """The number of different tokens."""
    states: ClassVar[int]
    """The number of different states."""

    @property
    def vocabulary(self) -> int:
        """The number of different tokens."""
        return self.tokens

    @property
    def output_size(self) -> int:
        """One class for each state."""
        return self.states

    @abstractmethod
    def chance(self, steps: Array) -> Array:
        """Return the probability of the likeliest answer where `steps` steps are hidden, (N,).

        All other steps are seen. The probability is 1 where no step is hidden.
        """

    @abstractmethod
    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Draw tokens of the longest length and the answers after their steps, both (B, T)."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T) of tokens and targets (B,), the answers at the last real steps.

        `extra["chance"]`, (B, 1), is the accuracy of the best constant answer at each length.
        """
        lengths = self.draw_lengths(rng, count)
        tokens, answers = self.draw(rng, count)
        targets = answers[np.arange(count), lengths - 1]
        extra = {"chance": self.chance(lengths)[:, None]}
        return rnnbench.Batch(padded(tokens, lengths), targets, extra, lengths=lengths)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the likeliest answer at each length of the test data, by formula."""
        return {"accuracy": float(np.mean(test.extra["chance"])), "scaled accuracy": 0.0}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        Its best answer is that of a sequence without the hidden steps, which is the likeliest one.
        """
        hidden = np.maximum(self.possible_lengths - steps, 0)
        return float(np.mean(self.chance(hidden)))
