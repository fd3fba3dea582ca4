"""Associative recall with keys of two parts, of which each part alone belongs to several keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.recall.mqar import POWER


@dataclass(frozen=True)
class MqarCompound(rnnbench.GeneratedTask):
    """Name the value that was paired with each key, where a key is two tokens in order.

    tokens:  A C 4 B D 7 A D 2 B C 5 A D C 2 4 B C
    answers:                           2         5   (asked at the second token of each query)

    With R = `parts`, a sequence begins with the D = R^2 pairs of a key and a value, in any order:
    R first tokens, each with the same R second tokens. The 2 R tokens and the D values are drawn
    without repeats. After the pairs, every third step is a slot for the first token of a query; its
    second token follows. Slots are drawn as in `mqar`. All other steps are noise, drawn from all V
    tokens.

    A sequence has horizon + 2 steps. The value of the first pair and the end of the last slot are
    `horizon` steps apart, both included. The key of the first pair need not be seen, since it is
    the one that is missing.

    The best constant answer has accuracy 2/V, and any value that was shown has 1/D. A reader that
    knows which values were shown with one of the two tokens, and no more, has accuracy 1/R
    (`with_one_part`). No formula gives the score of blind readers, because there is none for the
    slots. The target is that of `mqar`.

    source: layout as in Arora et al. 2023, "Zoology", arXiv:2312.04927; keys of several tokens as
    in the fuzzy recall of Poli et al. 2024, arXiv:2403.17844.
    """

    horizon: int = 62
    parts: int = 2
    symbols: int = 32
    name: ClassVar[str] = "mqar-compound"
    shortest_horizon: ClassVar[int] = 21
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.95
    trivial_forecast: ClassVar[str] = "any one value that was shown"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.parts < 2:
            raise ValueError(f"parts must be at least 2, got {self.parts}")
        if self.symbols % 2 or self.pairs > self.symbols // 2:
            raise ValueError(
                f"symbols must be even, and half of them at least parts^2 = {self.pairs}, got"
                f" {self.symbols}"
            )
        least = 6 * self.pairs - 3
        if self.horizon < least:
            raise ValueError(
                f"horizon must be at least {least} for {self.pairs} pairs, got {self.horizon}"
            )

    @property
    def pairs(self) -> int:
        """D, the number of pairs of a key and a value."""
        return self.parts**2

    @property
    def slots(self) -> int:
        """The number of places at which a query may come, three steps from one to the next."""
        return self.horizon // 3 - self.pairs + 1

    @property
    def vocabulary(self) -> int:
        """The number of tokens: V/2 of which keys are made, and then V/2 values."""
        return self.symbols

    @property
    def output_size(self) -> int:
        """One class for each value."""
        return self.symbols // 2

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, horizon + 2), asked for at the ends of queries."""
        half = self.symbols // 2
        order = rng.random((count, self.pairs)).argsort(axis=1)
        alphabet = rng.random((count, half)).argsort(axis=1)
        first = np.take_along_axis(alphabet, order // self.parts, axis=1)
        second = np.take_along_axis(alphabet, self.parts + order % self.parts, axis=1)
        values = rng.random((count, half)).argsort(axis=1)[:, : self.pairs]
        tokens = rng.integers(0, self.symbols, (count, self.horizon + 2))
        shown = 3 * self.pairs
        tokens[:, 0:shown:3] = first
        tokens[:, 1:shown:3] = second
        tokens[:, 2:shown:3] = values + half
        ends = self._query_ends(rng, count)
        targets = np.zeros_like(tokens)
        mask = np.zeros(tokens.shape, dtype=bool)
        np.put_along_axis(tokens, ends - 1, first, axis=1)
        np.put_along_axis(tokens, ends, second, axis=1)
        np.put_along_axis(targets, ends, values, axis=1)
        np.put_along_axis(mask, ends, True, axis=1)
        return rnnbench.Batch(tokens, targets, mask=mask)

    def _query_ends(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draw the steps of the second tokens of queries, (B, D), by the power law of `mqar`.

        The slots of the largest log-weights, perturbed by Gumbel noise, are a draw without
        replacement: Kool et al. 2019, arXiv:1903.06059.
        """
        log_weights = (POWER - 1) * np.log(np.arange(1, self.slots + 1))
        perturbed = log_weights + rng.gumbel(size=(count, self.slots))
        drawn = np.argsort(-perturbed, axis=1)[:, : self.pairs]
        return self.horizon + 1 - 3 * (self.slots - 1 - drawn)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the tokens of keys as k0, k1, ... and values as v0, v1, ...; noise is both."""
        half = self.symbols // 2
        values = [f"v{number}" for number in range(half)]
        names = [*(f"k{number}" for number in range(half)), *values]
        read = [names[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read, classes=values)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of any one value that was shown, by formula, 1/D."""
        return {"accuracy": 1 / self.pairs}

    @property
    def with_one_part(self) -> float:
        """The accuracy of any value that was shown with one of the two tokens, 1/R."""
        return 1 / self.parts
