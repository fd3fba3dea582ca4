"""State tracking, generated: a running answer that every step may change."""

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
    are drawn evenly from 1 to the horizon; tests at 1x, 2x, 4x and 10x have exactly so many times
    the horizon. source: Delétang et al. 2022, arXiv:2207.02098, "Parity Check", trained on lengths
    1 to 40.
    """

    name: ClassVar[str] = "parity"
    tokens: ClassVar[int] = 2
    states: ClassVar[int] = 2

    def chance(self, steps: Array) -> Array:
        """A half, as soon as a step is hidden."""
        return np.where(steps == 0, 1.0, 0.5)

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Bits and their running parity, both (B, T)."""
        bits = rng.integers(0, 2, (count, self.longest))
        return bits, np.cumsum(bits, axis=1) % 2


@dataclass(frozen=True)
class EvenPairs(Tracked):
    """Is the number of changes, 01 or 10, in a sequence of bits odd?

    bits:  0 0 1 1 1 0
    answer at the last step: 0, for the two changes 01 and 10

    Which is to ask whether the last bit differs from the first, so that two bits are all there is
    to remember, one of them for long. Chance is 1/2 at every length. Lengths are drawn evenly from
    2, where the first pair is, to the horizon; tests at 1x, 2x, 4x and 10x have exactly so many
    times the horizon. source: Delétang et al. 2022, arXiv:2207.02098, "Even Pairs", which has
    sequences of one bit too.
    """

    name: ClassVar[str] = "even-pairs"
    shortest_horizon: ClassVar[int] = 2
    tokens: ClassVar[int] = 2
    states: ClassVar[int] = 2

    def chance(self, steps: Array) -> Array:
        """A half, as soon as the first bit is hidden."""
        return np.where(steps == 0, 1.0, 0.5)

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Bits, and whether each differs from the first, both (B, T)."""
        bits = rng.integers(0, 2, (count, self.longest))
        return bits, bits ^ bits[:, :1]


@dataclass(frozen=True)
class CycleNavigation(Tracked):
    """Where on a cycle of five does a walk end that began at 0? Moves are back (0), stay (1) and
    forward (2).

    moves:  2 0 1 0 0
    answer at the last step: 3, for 1 - 1 + 0 - 1 - 1 = -2 modulo 5

    The likeliest place is where the walk began: after m moves it is there with probability 1/5 +
    2/5 (a^m + b^m), where a, b = (1 + 2 cos(2 pi j / 5)) / 3 for j = 1, 2 are the eigenvalues of a
    move: 1/3 at one move, 7/27 at three, 1/5 in the limit. Lengths are drawn evenly from 1 to the
    horizon; tests at 1x, 2x, 4x and 10x have exactly so many times the horizon. source: Delétang et
    al. 2022, arXiv:2207.02098, "Cycle Navigation".
    """

    name: ClassVar[str] = "cycle-navigation"
    tokens: ClassVar[int] = 3
    states: ClassVar[int] = 5

    def chance(self, steps: Array) -> Array:
        """To be back where the hidden moves began."""
        a, b = ((1 + 2 * np.cos(2 * np.pi * j / self.states)) / 3 for j in (1, 2))
        likeliest: Array = (1 + 2 * (a**steps + b**steps)) / self.states
        return likeliest

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Moves and places, both (B, T)."""
        moves = rng.integers(0, 3, (count, self.longest))
        return moves, np.cumsum(moves - 1, axis=1) % self.states
