"""State tracking in regular languages: parity, even pairs, and walks on a cycle."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnbench_tasks.lengths import Array
from rnnbench_tasks.state.tracked import Tracked


@dataclass(frozen=True)
class Parity(Tracked):
    """Is the number of ones in a sequence of bits odd?

    bits:  1 0 1 0 1 0 0
    answer at the last step: 1, for three ones

    A reader who misses a single step is right half the time: chance is 1/2 at every length. Lengths
    are drawn evenly from 1 to the horizon. The tests 1x, 2x, 4x and 10x have sequences of exactly
    1, 2, 4 and 10 horizons.

    source: Delétang et al. 2022, arXiv:2207.02098, "Parity Check", with training lengths 1 to 40.
    """

    name: ClassVar[str] = "parity"
    tokens: ClassVar[int] = 2
    states: ClassVar[int] = 2

    def chance(self, steps: Array) -> Array:
        """Return 1/2 where any step is hidden, and 1 where none is."""
        return np.where(steps == 0, 1.0, 0.5)

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Draw bits and their running parity, both (B, T)."""
        bits = rng.integers(0, 2, (count, self.longest))
        return bits, np.cumsum(bits, axis=1) % 2


@dataclass(frozen=True)
class EvenPairs(Tracked):
    """Is the number of changes, 01 or 10, in a sequence of bits odd?

    bits:  0 0 1 1 1 0
    answer at the last step: 0, for the two changes 01 and 10

    The answer is whether the last bit differs from the first. A reader must remember only those two
    bits, and only the first of them for long. Chance is 1/2 at every length. Lengths are drawn
    evenly from 2, where the first pair is, to the horizon. The tests 1x, 2x, 4x and 10x have
    sequences of exactly 1, 2, 4 and 10 horizons.

    source: Delétang et al. 2022, arXiv:2207.02098, "Even Pairs", which also has sequences of one
    bit.
    """

    name: ClassVar[str] = "even-pairs"
    shortest_horizon: ClassVar[int] = 2
    tokens: ClassVar[int] = 2
    states: ClassVar[int] = 2

    def chance(self, steps: Array) -> Array:
        """Return 1/2 where the first bit is hidden, and 1 where nothing is hidden."""
        return np.where(steps == 0, 1.0, 0.5)

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Draw bits, and whether each differs from the first, both (B, T)."""
        bits = rng.integers(0, 2, (count, self.longest))
        return bits, bits ^ bits[:, :1]


@dataclass(frozen=True)
class CycleNavigation(Tracked):
    """On a cycle of five places, where does a walk from place 0 end?

    moves:  2 0 1 0 0
    answer at the last step: 3, for 1 - 1 + 0 - 1 - 1 = -2 modulo 5

    Moves are back (0), stay (1) and forward (2), drawn evenly. The likeliest place is the start.
    After m moves, a walk is there with probability 1/5 + 2/5 (a^m + b^m). The numbers a, b = (1 + 2
    cos(2 pi j / 5)) / 3 for j = 1, 2 are eigenvalues of a move. The probability is 1/3 after one
    move, 7/27 after three, and 1/5 in the limit. Lengths are drawn evenly from 1 to the horizon.
    The tests 1x, 2x, 4x and 10x have sequences of exactly 1, 2, 4 and 10 horizons.

    source: Delétang et al. 2022, arXiv:2207.02098, "Cycle Navigation".
    """

    name: ClassVar[str] = "cycle-navigation"
    tokens: ClassVar[int] = 3
    states: ClassVar[int] = 5

    def chance(self, steps: Array) -> Array:
        """Return the probability that the hidden moves end where they began."""
        a, b = ((1 + 2 * np.cos(2 * np.pi * j / self.states)) / 3 for j in (1, 2))
        likeliest: Array = (1 + 2 * (a**steps + b**steps)) / self.states
        return likeliest

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Draw moves and the place after each of them, both (B, T)."""
        moves = rng.integers(0, 3, (count, self.longest))
        return moves, np.cumsum(moves - 1, axis=1) % self.states
