"""Sequences of several lengths, for tasks on state tracking and counting."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]
TIMES = (1, 2, 4, 10)
"""Multiples of the longest training length at which a trained model is tested."""


@dataclass(frozen=True)
class VariableLength(rnnbench.GeneratedTask):
    """A generated task whose sequences vary in length, with tests on longer ones than in training.

    Lengths are drawn evenly from all possible lengths up to the horizon. With lengths = "mixed",
    each sequence of a batch has a length of its own and is padded on the right. With lengths =
    "longest", all sequences have the longest length.

    Delétang et al. 2022, arXiv:2207.02098, draw one length for each batch. A set of validation
    data, which is one batch, would then have a single length.

    The tests 1x, 2x, 4x and 10x have sequences of exactly that multiple of the longest length.
    Mixed lengths would include lengths that have been in training.
    """

    horizon: int = 40
    lengths: Literal["mixed", "longest"] = "mixed"
    beyond: int = 0
    """Sequences up to this length are left out."""
    stride: ClassVar[int] = 1
    """Number of steps between one possible length and the next; the first is `shortest_horizon`."""

    @property
    def possible_lengths(self) -> Array:
        """All lengths that may be drawn, (N,), which are equally likely."""
        fitting = np.arange(self.shortest_horizon, self.horizon + 1, self.stride)
        if self.lengths == "longest":
            return fitting[-1:]
        return fitting[fitting > self.beyond]

    @property
    def longest(self) -> int:
        """T, the longest possible length: the horizon, or the next shorter possible length."""
        return int(self.possible_lengths[-1])

    def draw_lengths(self, rng: np.random.Generator, count: int) -> Array:
        """Draw the lengths of `count` sequences, (B,)."""
        possible = self.possible_lengths
        return possible[rng.integers(0, len(possible), count)]

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return settings with sequences of 1, 2, 4 and 10 times the longest length.

        Where a multiple is no possible length, the next shorter one is taken.
        """
        return {f"{n}x": replace(self, horizon=n * self.longest, lengths="longest") for n in TIMES}


def padded(tokens: Array, lengths: Array) -> Array:
    """Return tokens (B, T), set to 0 from the step `lengths` (B,) on."""
    return np.where(np.arange(tokens.shape[1]) < lengths[:, None], tokens, 0)
