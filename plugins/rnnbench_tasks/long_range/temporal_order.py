"""Temporal order: in which order did the symbols come that matter?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

import rnnbench

DISTRACTORS = 4
X, END, START = 4, 6, 7
VOCABULARY = 8
LENGTHS = (100, 110)
PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}
"""First and last place of each symbol that matters, counted from 0, in the tasks of the paper:
horizon 100."""


@dataclass(frozen=True)
class TemporalOrder(rnnbench.GeneratedTask):
    """In which order did X and Y come among distractors? Two symbols matter, or three.

    tokens:  E b d X a a c d Y b c B
    answer at the last step: X, Y (one of the 4 classes X X, X Y, Y X, Y Y)

    E begins and B ends a sequence; a, b, c and d are distractors. At horizon 100 these are tasks 6a
    (symbols = 2) and 6b (symbols = 3) of the paper, to the step: lengths 100 to 110, the first
    symbol at 10 to 20, the second at 50 to 60 (for three: 33 to 43 and 66 to 76). At other horizons
    all of that is scaled. So the horizon is the longest way from the first symbol to the end. A
    symbol that is not seen is a coin: chance is 1/4 or 1/8. source: Hochreiter & Schmidhuber 1997,
    doi:10.1162/neco.1997.9.8.1735, section 5.6.
    """

    horizon: int = 100
    symbols: Literal[2, 3] = 2
    name: ClassVar[str] = "temporal-order"
    shortest_horizon: ClassVar[int] = 10
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any one order"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.symbols not in PLACES:
            raise ValueError(f"symbols must be 2 or 3, got {self.symbols}")

    @property
    def vocabulary(self) -> int:
        """Four distractors, X and Y, end and start."""
        return VOCABULARY

    @property
    def output_size(self) -> int:
        """One class an order."""
        return int(2**self.symbols)

    def lengths(self) -> range:
        """The lengths that occur, all alike likely."""
        return self._scaled(LENGTHS)

    def places(self) -> list[range]:
        """The places, counted from 0, of each symbol that matters, all alike likely."""
        return [self._scaled(place) for place in PLACES[self.symbols]]

    def _scaled(self, ends: tuple[int, int]) -> range:
        return range(ends[0] * self.horizon // 100, ends[1] * self.horizon // 100 + 1)

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T) tokens, padded on the right; targets (B,), the first symbol counting
        most."""
        rows, lengths = (
            np.arange(count),
            rng.integers(self.lengths().start, self.lengths().stop, count),
        )
        tokens = rng.integers(0, DISTRACTORS, (count, self.lengths()[-1]))
        tokens[:, 0] = START
        targets = np.zeros(count, dtype=np.int64)
        for places in self.places():
            which = rng.integers(0, 2, count)
            tokens[rows, rng.integers(places.start, places.stop, count)] = X + which
            targets = 2 * targets + which
        tokens[rows, lengths - 1] = END
        tokens[np.arange(tokens.shape[1]) >= lengths[:, None]] = 0
        return rnnbench.Batch(tokens, targets, lengths=lengths)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: the orders are alike likely."""
        return {"accuracy": 1 / self.output_size}

    def blind_score(self, steps: int) -> float:
        """One half for each symbol that is not seen, over all lengths and places."""
        lengths = np.array(self.lengths())[:, None]
        seen = [(lengths - np.array(places) <= steps).mean(axis=1) for places in self.places()]
        return float(np.mean(np.prod((1 + np.array(seen)) / 2, axis=0)))
