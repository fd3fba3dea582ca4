"""The recall-first task: the first token of a sequence, asked for at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

import rnnbench


@dataclass(frozen=True)
class RecallFirst(rnnbench.GeneratedTask):
    """Name the first token of a sequence at its end, after distractors.

    tokens:  3 7 1 1 5 0 2
    answer at the last step: 3

    The first token is one of K = `symbols`. The distractors are drawn from the same alphabet, or
    are all one blank (distractors = "blanks"). A reader that does not see the first token has
    accuracy 1/K.

    source: after Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, section 5.2 (task
    2), with any symbol as a distractor.
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
        """The number of symbols, plus the blank where distractors are blanks."""
        return self.symbols + (self.distractors == "blanks")

    @property
    def output_size(self) -> int:
        """One class for each symbol."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T) of tokens and targets (B,), the first token of each."""
        tokens = rng.integers(0, self.symbols, (count, self.horizon))
        if self.distractors == "blanks":
            tokens[:, 1:] = self.symbols
        return rnnbench.Batch(tokens, tokens[:, 0].copy())

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the symbols by number, with _ for the blank."""
        names = (*map(str, range(self.symbols)), "_")
        read = [names[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of any one symbol by formula, 1/K."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:  # noqa: ARG002
        """Return 1/K, since later tokens hold no information on the first."""
        return 1 / self.symbols
