"""The temporal-order task: the order of the few symbols that matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Literal

import numpy as np

import rnnbench

DISTRACTORS = 4
X = 4
END = 6
START = 7
VOCABULARY = 8
NAMES = "abcdXYBE"
"""The names of the tokens, as the paper has them."""
LENGTHS = (100, 110)
"""Shortest and longest length of a sequence at horizon 100."""
PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}
"""First and last position of each symbol that matters, by their number, at horizon 100."""


@dataclass(frozen=True)
class TemporalOrder(rnnbench.GeneratedTask):
    """In which order do X and Y come among distractors? Two symbols matter, or three.

    tokens:  E b d X a a c d Y b c B
    answer at the last step: X, Y (one of the 4 classes X X, X Y, Y X, Y Y)

    E begins and B ends a sequence; a, b, c and d are distractors. At horizon 100, these are tasks
    6a (symbols = 2) and 6b (symbols = 3) of the paper, with lengths of 100 to 110 steps. The first
    symbol is at position 10 to 20, counted from 0, and the second at 50 to 60. Three symbols are at
    positions 10 to 20, 33 to 43 and 66 to 76.

    At other horizons, lengths and positions are scaled in proportion, so that the horizon is the
    longest distance from the first symbol to the end. A symbol that is not seen is guessed with
    probability 1/2: chance is 1/4, or 1/8 for three symbols.

    source: Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, section 5.6.
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
        """Eight tokens: four distractors, X, Y, and those that begin and end a sequence."""
        return VOCABULARY

    @property
    def output_size(self) -> int:
        """One class for each order."""
        return int(2**self.symbols)

    def lengths(self) -> range:
        """Return all possible lengths, which are equally likely."""
        return self._scaled(LENGTHS)

    def places(self) -> list[range]:
        """Return the possible positions of each symbol that matters, which are equally likely."""
        return [self._scaled(place) for place in PLACES[self.symbols]]

    def _scaled(self, ends: tuple[int, int]) -> range:
        return range(ends[0] * self.horizon // 100, ends[1] * self.horizon // 100 + 1)

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T) of tokens, padded on the right, and targets (B,).

        A target is the order as a binary number, X being 0 and Y being 1, first symbol first.
        """
        rows = np.arange(count)
        lengths = rng.integers(self.lengths().start, self.lengths().stop, count)
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

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the tokens and the order by the names of the paper."""
        orders = [" ".join(order) for order in product("XY", repeat=self.symbols)]
        read = [NAMES[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read, classes=orders)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of any one order by formula: all orders are equally likely."""
        return {"accuracy": 1 / self.output_size}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of guessing each symbol that the last `steps` steps do not show.

        It is the mean over all lengths and positions.
        """
        lengths = np.array(self.lengths())[:, None]
        seen = [(lengths - np.array(places) <= steps).mean(axis=1) for places in self.places()]
        return float(np.mean(np.prod((1 + np.array(seen)) / 2, axis=0)))
