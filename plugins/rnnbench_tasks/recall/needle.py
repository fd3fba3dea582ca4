"""The needle task: one marked token in a text of distractors, on texts of many lengths."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

import rnnbench

TIMES = (2, 4, 8, 16, 32, 64)
"""Multiples of the training length at which a trained model is tested."""


@dataclass(frozen=True)
class Needle(rnnbench.GeneratedTask):
    """Name the token behind the one mark in a text of distractors.

    tokens:  5 0 7 ! 2 3 3 0 5 ?
    answer at the last step: 2 (which followed the mark)

    A mark (!) and the token behind it stand somewhere in a text of distractors, all places alike.
    The token and the distractors are drawn from the same V = `symbols` tokens. The last step asks.
    A sequence has horizon + 1 steps, and the first can be inferred: a reader who finds no mark
    knows that it was there, and answers with the second token. The best constant answer has
    accuracy 1/V.

    A trained model is tested on texts of 2, 4, 8, 16, 32 and 64 times the training length, with one
    mark as in training. What has to be remembered is the same at every length.

    source: the induction heads of Gu & Dao 2023, arXiv:2312.00752, with V = 16, training at length
    256 and tests up to 2^20; an own token asks here, as in the passkeys of Mohtashami & Jaggi 2023,
    arXiv:2305.16300. The target is that of `induction`.
    """

    horizon: int = 63
    symbols: int = 8
    name: ClassVar[str] = "needle"
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any one token"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.symbols < 2:
            raise ValueError(f"symbols must be at least 2, got {self.symbols}")

    @property
    def vocabulary(self) -> int:
        """The number of tokens: the symbols, the mark and the question."""
        return self.symbols + 2

    @property
    def output_size(self) -> int:
        """One class for each symbol."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, horizon + 1) of tokens and targets (B,)."""
        rows = np.arange(count)
        tokens = rng.integers(0, self.symbols, (count, self.horizon + 1))
        place = rng.integers(0, self.horizon - 1, count)
        tokens[rows, place] = self.symbols
        tokens[:, -1] = self.symbols + 1
        return rnnbench.Batch(tokens, tokens[rows, place + 1])

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return settings with 2 to 64 times as many steps."""
        steps = self.horizon + 1
        return {f"{n}x": replace(self, horizon=n * steps - 1) for n in TIMES}

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the symbols by number, with ! for the mark and ? for the question."""
        names = (*map(str, range(self.symbols)), "!", "?")
        read = [names[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of any one symbol by formula, 1/V."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        It is right where it sees the mark. Elsewhere, its best guess is the first token that it
        sees, which is right if the mark came directly before. Of the `unseen` possible places of
        the mark, that is one; at the others, the guess is right with probability 1/V.
        """
        if steps < 2:
            return 1 / self.symbols
        unseen = self.horizon + 1 - steps
        places = self.horizon - 1
        right_before = 1 / unseen
        guess = right_before + (1 - right_before) / self.symbols
        return 1 - unseen / places * (1 - guess)
