"""Associative recall with keys that are written again: the value that was written last counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.recall.mqar import Mqar


def _overwritten(
    outputs: np.ndarray, targets: np.ndarray, extra: Mapping[str, np.ndarray]
) -> float:
    earlier = extra["overwritten"].reshape(len(targets), -1)
    answers = np.argmax(outputs, axis=-1)
    return float(np.mean((answers[:, None] == earlier).any(axis=1)))


OVERWRITTEN = rnnbench.Metric(
    "overwritten", "share of answers that are an earlier value of the key", "lower", _overwritten
)


@dataclass(frozen=True)
class MqarOverwrite(rnnbench.GeneratedTask):
    """Name the value that was written last for each key, after keys were written again.

    tokens:  A 4 C 7 A 2 C 5 7 C D A
    answers:                   5   2   (asked where each key comes again; other tokens are noise)

    Each of D = `pairs` keys is written W = `writes` times, each time with another value, in any
    order. All W D values of a sequence differ. Queries, noise and tokens are those of `mqar`.

    A sequence has horizon + 2 W - 1 steps. The earliest value that counts is that of pair W, where
    the first W pairs have the same key. Its place and the last slot are `horizon` steps apart, both
    included. The keys before it need not be seen: the key is the one that is missing.

    The value that was written last of all is the answer to one of the D queries, which is the
    accuracy 1/D of the trivial forecast. It is above 2/V, that of any one value. A reader that
    knows the values of a key and not their order, such as a memory that adds what is written, has
    accuracy 1/W and answers with an overwritten value in 1 - 1/W of queries (`without_order`). No
    formula gives the score of blind readers, because there is none for the slots. The target is
    that of `mqar`.

    source: after Schlag, Irie & Schmidhuber 2021, arXiv:2102.11174, whose delta rule is made to
    overwrite; layout as in Arora et al. 2023, "Zoology", arXiv:2312.04927.
    """

    horizon: int = 62
    pairs: int = 4
    writes: int = 2
    symbols: int = 32
    name: ClassVar[str] = "mqar-overwrite"
    shortest_horizon: ClassVar[int] = 20
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, OVERWRITTEN)
    target: ClassVar[float] = 0.95
    trivial_forecast: ClassVar[str] = "the value that was written last of all"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pairs < 2 or self.writes < 2:
            raise ValueError(
                f"pairs and writes must be at least 2, got {self.pairs} and {self.writes}"
            )
        if self.symbols % 2 or self.pairs * self.writes > self.symbols // 2:
            raise ValueError(
                "symbols must be even, and half of them at least pairs x writes ="
                f" {self.pairs * self.writes}, got {self.symbols}"
            )
        least = max(Mqar.shortest_horizon, 4 * self.pairs - 2) + self._rewriting
        if self.horizon < least:
            raise ValueError(
                f"horizon must be at least {least} for {self.pairs} pairs written {self.writes}"
                f" times, got {self.horizon}"
            )

    @property
    def _rewriting(self) -> int:
        """Steps of the horizon that writing again takes."""
        return 2 * (self.pairs - 1) * (self.writes - 1)

    @property
    def queried(self) -> Mqar:
        """The task of the sequence without its overwritten pairs, which has the same queries."""
        return Mqar(self.horizon - self._rewriting, self.pairs, self.symbols)

    @property
    def vocabulary(self) -> int:
        """The number of keys and values: V/2 keys, and then V/2 values."""
        return self.symbols

    @property
    def output_size(self) -> int:
        """One class for each value."""
        return self.symbols // 2

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, horizon + 2 W - 1), which are asked for at the queries.

        `extra["overwritten"]`, (B, D, W - 1), has the earlier values of each key, in the order of
        the queries.
        """
        base = self.queried.generate(rng, count)
        assert base.mask is not None
        shown = 2 * self.pairs
        half = self.symbols // 2
        keys = base.inputs[:, :shown:2]
        last = base.inputs[:, 1:shown:2] - half
        earlier = _others(rng, last, half)[:, : self.pairs * (self.writes - 1)]
        earlier = earlier.reshape(count, self.pairs, self.writes - 1)
        turns = _turns(rng, count, self.pairs, self.writes)
        values = np.concatenate([earlier, last[..., None]], axis=2)
        rows = np.arange(count)[:, None]
        written = np.empty((count, shown * self.writes), dtype=np.int64)
        written[:, ::2] = keys[rows, turns]
        written[:, 1::2] = values[rows, turns, _times(turns)] + half

        def lengthened(front: np.ndarray, behind: np.ndarray) -> np.ndarray:
            return np.concatenate([front, behind[:, shown:]], axis=1)

        nothing = np.zeros_like(written)
        asked = base.inputs[base.mask].reshape(count, self.pairs)
        order = (asked[:, :, None] == keys[:, None, :]).argmax(axis=2)
        return rnnbench.Batch(
            lengthened(written, base.inputs),
            lengthened(nothing, base.targets),
            {"overwritten": earlier[rows, order]},
            mask=lengthened(nothing.astype(bool), base.mask),
        )

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return keys as k0, k1, ... and values as v0, v1, ...; noise is both."""
        return self.queried.example(one, outputs)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the value that was written last of all, by formula."""
        return {"accuracy": 1 / self.pairs, "overwritten": 0.0}

    @property
    def without_order(self) -> Mapping[str, float]:
        """The scores of any value that was written for the key, by formula."""
        return {"accuracy": 1 / self.writes, "overwritten": 1 - 1 / self.writes}


def _others(rng: np.random.Generator, taken: np.ndarray, symbols: int) -> np.ndarray:
    """Return in each row all symbols below `symbols` in random order, the taken ones last."""
    order = rng.random((len(taken), symbols))
    np.put_along_axis(order, taken, 1.0, axis=1)
    return np.argsort(order, axis=1)


def _turns(rng: np.random.Generator, count: int, pairs: int, writes: int) -> np.ndarray:
    """Draw which key is written at each turn, (B, D W), each of D keys W times."""
    return rng.random((count, pairs * writes)).argsort(axis=1) % pairs


def _times(turns: np.ndarray) -> np.ndarray:
    """Return how often the key of each turn was written before, (B, D W)."""
    same = turns[:, :, None] == turns[:, None, :]
    before: np.ndarray = np.tril(same, k=-1).sum(axis=2)
    return before
