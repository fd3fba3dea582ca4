"""A state that every step may change, asked for at the last one: what such tasks share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array, VariableLength, padded


@dataclass(frozen=True)
class Tracked(VariableLength):
    """One of some states, asked for at the last real step.

    Chance is the best constant answer at the length of each sequence, by formula. The target is
    ours: 99 of 100 answers right on the lengths of training, so that what is left to tell cells
    apart is how they do on longer ones.
    """

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.SCALED_ACCURACY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "the likeliest answer at that length"
    tokens: ClassVar[int]
    states: ClassVar[int]

    @property
    def vocabulary(self) -> int:
        """The symbols that are read."""
        return self.tokens

    @property
    def output_size(self) -> int:
        """One class a state."""
        return self.states

    @abstractmethod
    def chance(self, steps: Array) -> Array:
        """How likely the likeliest answer is where so many steps, (N,), are not seen and the rest
        is; 1 at 0 steps."""

    @abstractmethod
    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Tokens of the longest length and the answer after each of their steps, both (B, T)."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T) tokens; targets (B,) the answer at the last real step; extra "chance" (B,
        1)."""
        lengths = self.draw_lengths(rng, count)
        tokens, answers = self.draw(rng, count)
        targets = answers[np.arange(count), lengths - 1]
        return rnnbench.Batch(
            padded(tokens, lengths),
            targets,
            {"chance": self.chance(lengths)[:, None]},
            lengths=lengths,
        )

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula, at the lengths of the test data."""
        return {"accuracy": float(np.mean(test.extra["chance"])), "scaled accuracy": 0.0}

    def blind_score(self, steps: int) -> float:
        """By formula: the answer as if what is not seen had not been there, which is the likeliest
        one."""
        return float(np.mean(self.chance(np.maximum(self.possible_lengths - steps, 0))))
