"""The selective-copy task: the tokens that matter, among noise, in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb
from typing import ClassVar

import numpy as np

import rnnbench


@dataclass(frozen=True)
class SelectiveCopy(rnnbench.GeneratedTask):
    """Recall, in order, a few tokens that were scattered among noise.

    tokens:  _ 3 _ _ 1 _ 4 _ _ ? ? ?
    answers:                   3 1 4   (asked at each ?, and nowhere else)

    A sequence has M = `items` tokens of V = `symbols` kinds among T noise tokens, all alike, and
    then M markers. The places of the items are any M of the first M + T. Each item is due M + T
    steps after its earliest possible place, so that the horizon is M + T + 1. A reader of fewer
    steps knows the items that it sees, and their place in the order, counted from the end. The
    others it guesses with probability 1/V.

    source: Jing et al. 2019, arXiv:1706.02761 (the denoise task); Gu & Dao 2023, arXiv:2312.00752,
    section 4.1.1, with M = V = 16 and M + T = 4096, which is horizon 4097.
    """

    horizon: int = 64
    items: int = 4
    symbols: int = 8
    name: ClassVar[str] = "selective-copy"
    shortest_horizon: ClassVar[int] = 5
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.95
    trivial_forecast: ClassVar[str] = "any one symbol"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.items < 1 or self.symbols < 2:
            raise ValueError(
                f"items must be at least 1 and symbols 2, got {self.items} and {self.symbols}"
            )
        if self.horizon <= self.items:
            raise ValueError(f"horizon must be above the {self.items} items, got {self.horizon}")

    @property
    def vocabulary(self) -> int:
        """The number of tokens: the symbols, the noise and the marker."""
        return self.symbols + 2

    @property
    def output_size(self) -> int:
        """One class for each symbol."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, 2 M + T), which are asked for at the last M steps."""
        context = self.horizon - 1
        places = np.sort(rng.random((count, context)).argsort(axis=1)[:, : self.items], axis=1)
        items = rng.integers(0, self.symbols, (count, self.items))
        tokens = np.full((count, context + self.items), self.symbols)
        np.put_along_axis(tokens, places, items, axis=1)
        tokens[:, context:] = self.symbols + 1
        targets = np.zeros_like(tokens)
        targets[:, context:] = items
        mask = np.zeros(tokens.shape, dtype=bool)
        mask[:, context:] = True
        return rnnbench.Batch(tokens, targets, mask=mask)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the symbols by number, with _ for noise and ? for the marker."""
        names = (*map(str, range(self.symbols)), "_", "?")
        read = [names[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of any one symbol by formula, 1/V."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        It is right for an item that it sees, and guesses others with probability 1/V. At the
        question for item i, counted from 0, the first `unseen` places are hidden. Item i is seen
        where at most i of the M items are there: the hypergeometric distribution.
        """
        context = self.horizon - 1
        seen = 0.0
        for item in range(self.items):
            unseen = min(context + item + 1 - steps, context)
            ways = sum(
                comb(unseen, n) * comb(context - unseen, self.items - n) for n in range(item + 1)
            )
            seen += ways / comb(context, self.items) / self.items
        return seen + (1 - seen) / self.symbols
