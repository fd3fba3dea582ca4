"""Recall of the first token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

import rnnbench


@dataclass(frozen=True)
class RecallFirst(rnnbench.GeneratedTask):
    """Name the first token of a sequence once distractors have gone by.

    tokens:  3 7 1 1 5 0 2
    answer at the last step: 3

    The distractors are drawn from the same alphabet, or are all one blank. A reader that does not
    see the first token cannot do better than 1/K. source: after Hochreiter & Schmidhuber 1997,
    section 5.2 (task 2), with any symbol as a distractor.
    """

    horizon: int = 100
    symbols: int = 8
    distractors: Literal["symbols", "blanks"] = "symbols"
    name: ClassVar[str] = "recall-first"
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any one symbol"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.symbols < 2:
            raise ValueError(f"symbols must be at least 2, got {self.symbols}")

    @property
    def vocabulary(self) -> int:
        """The symbols and, where distractors are blanks, the blank."""
        return self.symbols + (self.distractors == "blanks")

    @property
    def output_size(self) -> int:
        """One class a symbol."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T) tokens; targets (B,) the first of them."""
        tokens = rng.integers(0, self.symbols, (count, self.horizon))
        if self.distractors == "blanks":
            tokens[:, 1:] = self.symbols
        return rnnbench.Batch(tokens, tokens[:, 0].copy())

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: one in K."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:  # noqa: ARG002
        """Whatever else is seen says nothing of the first token: one in K."""
        return 1 / self.symbols
