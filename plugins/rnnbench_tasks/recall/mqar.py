"""Multi-query associative recall: pairs, and then every key once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench

POWER = 0.01


@dataclass(frozen=True)
class Mqar(rnnbench.GeneratedTask):
    """Which value was paired with this key? Several pairs, and every key asked for once.

    tokens:  A 4 C 7 A 2 2 D C
    answers:         4       7   (asked where each key comes again; what stands between is noise)

    D = `pairs` pairs of a key, one of V/2, and a value, one of V/2, no key and no value twice. Then
    every other step is a slot for a query; the slot of each key is drawn without replacement by the
    power law p(n) ~ n^(0.01 - 1), n counting from the pairs on, so that most are asked soon and
    some late. The steps between are tokens of any kind, drawn from all V. A sequence of an even
    horizon is one of Zoology's of length horizon + 2 without its last token; an odd one has one
    noise token more behind the pairs. From the value of the first pair to the last slot there are
    `horizon` steps: its key may be out of sight, for then it is the one that is missing. The best
    constant answer has 1/(V/2), and any value that was shown 1/D. There is no closed form for blind
    readers, because there is none for the slots. source: Arora et al. 2023, "Zoology",
    arXiv:2312.04927, and the authors' code: there V = 8192 and D = 4 to 64 at lengths 64 to 512. V
    is small here, because embeddings would be all of a small model.
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
            text = (
                f"symbols must be even, pairs 1 to half of them, got {self.symbols} and"
                f" {self.pairs}"
            )
            raise ValueError(text)
        if self.slots < self.pairs:
            raise ValueError(
                f"horizon must be at least {4 * self.pairs - 2} for {self.pairs} pairs, got"
                f" {self.horizon}"
            )

    @property
    def vocabulary(self) -> int:
        """Keys, then values."""
        return self.symbols

    @property
    def output_size(self) -> int:
        """One class a value."""
        return self.symbols // 2

    @property
    def slots(self) -> int:
        """Steps at which a query may stand."""
        return (self.horizon - 2 * self.pairs) // 2 + 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, horizon + 1) tokens; targets (B, horizon + 1), asked at the queries."""
        keys, values = (
            _chosen(rng, np.zeros(self.symbols // 2), count, self.pairs) for _ in range(2)
        )
        tokens = rng.integers(0, self.symbols, (count, self.horizon + 1))
        tokens[:, 0 : 2 * self.pairs : 2] = keys
        tokens[:, 1 : 2 * self.pairs : 2] = values + self.symbols // 2
        drawn = _chosen(rng, (POWER - 1) * np.log(np.arange(1, self.slots + 1)), count, self.pairs)
        queries = self.horizon - 2 * (self.slots - 1 - drawn)
        targets, mask = np.zeros_like(tokens), np.zeros(tokens.shape, dtype=bool)
        np.put_along_axis(tokens, queries, keys, axis=1)
        np.put_along_axis(targets, queries, values, axis=1)
        np.put_along_axis(mask, queries, True, axis=1)
        return rnnbench.Batch(tokens, targets, mask=mask)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: any value is right one time in V/2, any of those that were shown one time in
        D."""
        return {"accuracy": max(2 / self.symbols, 1 / self.pairs)}


def _chosen(rng: np.random.Generator, log_weights: np.ndarray, count: int, size: int) -> np.ndarray:
    """(B, size) positions drawn one after the other without replacement, by weight.

    The largest of weights perturbed by Gumbel noise, in order, are such a draw: Kool et al. 2019,
    arXiv:1903.06059.
    """
    perturbed = log_weights + rng.gumbel(size=(count, len(log_weights)))
    return np.argsort(-perturbed, axis=1)[:, :size]
