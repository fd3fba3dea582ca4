"""Selective copy: the tokens that matter, among noise, in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb
from typing import ClassVar

import numpy as np

import rnnbench


@dataclass(frozen=True)
class SelectiveCopy(rnnbench.GeneratedTask):
    """Recall, in order, the few tokens that were scattered among noise.

    tokens:  _ 3 _ _ 1 _ 4 _ _ ? ? ?
    answers:                   3 1 4   (asked at each ?, and nowhere else)

    M = `items` tokens of V = `symbols`, T noise tokens (all alike), then a marker for each item.
    The places of the items are any M of M + T. Each item is due M + T steps after the earliest
    place it may have, so that the horizon is M + T + 1. A reader of fewer steps knows what it sees,
    and where that stands in the order, counted from the end; for the rest it is at chance, 1/V.
    source: Jing et al. 2019, arXiv:1706.02761 (the denoise task); Gu & Dao 2023, arXiv:2312.00752,
    section 4.1.1, there with M = V = 16 and M + T = 4096: horizon 4097.
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
        """The symbols, the noise, the marker."""
        return self.symbols + 2

    @property
    def output_size(self) -> int:
        """One class a symbol."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, 2 M + T) tokens; targets (B, 2 M + T), asked at the last M steps."""
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

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: one in V."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:
        """Right for an item that is seen, one in V for others.

        At the question for item i (from 0) so many first places are `unseen`, and item i is seen
        where at most i of the M items stand there: the hypergeometric distribution.
        """
        context, seen = self.horizon - 1, 0.0
        for item in range(self.items):
            unseen = min(context + item + 1 - steps, context)
            ways = sum(
                comb(unseen, n) * comb(context - unseen, self.items - n) for n in range(item + 1)
            )
            seen += ways / comb(context, self.items) / self.items
        return seen + (1 - seen) / self.symbols
