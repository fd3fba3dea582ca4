"""Multi-query associative recall: pairs of a key and a value, and then every key once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench

POWER = 0.01
"""The power law of the slots is p(n) ~ n^(POWER - 1), as in the authors' code."""


@dataclass(frozen=True)
class Mqar(rnnbench.GeneratedTask):
    """Name the value that was paired with each key, when the key comes a second time.

    tokens:  A 4 C 7 A 2 2 D C
    answers:         4       7   (asked where each key comes again; all other tokens are noise)

    A sequence begins with D = `pairs` pairs of a key, one of V/2, and a value, one of V/2, without
    repeats (V = `symbols`). After the pairs, every other step is a slot for a query. Slots are
    drawn without replacement by the power law p(n) ~ n^(0.01 - 1), n counting slots from the pairs
    on. Most keys are therefore asked for soon, and some late. All other steps are noise, drawn from
    all V tokens.

    A sequence of an even horizon is one of Zoology's of length horizon + 2 without its last token.
    A sequence of an odd horizon has one noise token more behind the pairs. The value of the first
    pair and the last slot are `horizon` steps apart, both included. The key of the first pair need
    not be seen, since it is the one that is missing.

    The best constant answer has accuracy 2/V, and any value that was shown has 1/D. No formula
    gives the score of blind readers, because there is none for the slots.

    source: Arora et al. 2023, "Zoology", arXiv:2312.04927, and the authors' code, with V = 8192 and
    D = 4 to 64 at lengths 64 to 512. V is smaller here, because embeddings would take most
    parameters of a small model.
    """

    horizon: int = 62
    pairs: int = 4
    symbols: int = 32
    name: ClassVar[str] = "mqar"
    shortest_horizon: ClassVar[int] = 14
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.95
    trivial_forecast: ClassVar[str] = "any one value"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.symbols % 2 or self.pairs < 1 or self.pairs > self.symbols // 2:
            raise ValueError(
                f"symbols must be even, pairs 1 to half of them, got {self.symbols} and"
                f" {self.pairs}"
            )
        if self.slots < self.pairs:
            raise ValueError(
                f"horizon must be at least {4 * self.pairs - 2} for {self.pairs} pairs, got"
                f" {self.horizon}"
            )

    @property
    def vocabulary(self) -> int:
        """The number of keys and values: V/2 keys, and then V/2 values."""
        return self.symbols

    @property
    def output_size(self) -> int:
        """One class for each value."""
        return self.symbols // 2

    @property
    def slots(self) -> int:
        """The number of steps at which a query may come."""
        return (self.horizon - 2 * self.pairs) // 2 + 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, horizon + 1), which are asked for at the queries."""
        evenly = np.zeros(self.symbols // 2)
        keys = _chosen(rng, evenly, count, self.pairs)
        values = _chosen(rng, evenly, count, self.pairs)
        tokens = rng.integers(0, self.symbols, (count, self.horizon + 1))
        tokens[:, 0 : 2 * self.pairs : 2] = keys
        tokens[:, 1 : 2 * self.pairs : 2] = values + self.symbols // 2
        log_weights = (POWER - 1) * np.log(np.arange(1, self.slots + 1))
        drawn = _chosen(rng, log_weights, count, self.pairs)
        queries = self.horizon - 2 * (self.slots - 1 - drawn)
        targets = np.zeros_like(tokens)
        mask = np.zeros(tokens.shape, dtype=bool)
        np.put_along_axis(tokens, queries, keys, axis=1)
        np.put_along_axis(targets, queries, values, axis=1)
        np.put_along_axis(mask, queries, True, axis=1)
        return rnnbench.Batch(tokens, targets, mask=mask)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return keys as k0, k1, ... and values as v0, v1, ...; noise is both."""
        half = self.symbols // 2
        values = [f"v{number}" for number in range(half)]
        names = [*(f"k{number}" for number in range(half)), *values]
        read = [names[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read, classes=values)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of a guess by formula.

        Any value is right with probability 2/V, and any value that was shown with probability 1/D.
        """
        return {"accuracy": max(2 / self.symbols, 1 / self.pairs)}


def _chosen(rng: np.random.Generator, log_weights: np.ndarray, count: int, size: int) -> np.ndarray:
    """Draw (B, size) positions one after the other without replacement, by weight.

    The positions of the largest weights, perturbed by Gumbel noise, are such a draw: Kool et al.
    2019, arXiv:1903.06059.
    """
    perturbed = log_weights + rng.gumbel(size=(count, len(log_weights)))
    return np.argsort(-perturbed, axis=1)[:, :size]
