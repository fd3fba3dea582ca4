"""Sequences of several lengths: what state tracking and counting share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]
TIMES = (1, 2, 4, 10)


@dataclass(frozen=True)
class VariableLength(rnnbench.GeneratedTask):
    """Lengths are drawn evenly from all that fit in the horizon; the trained model is tested on
    longer ones too.

    lengths = "mixed" draws a length for each sequence of a batch, and pads it on the right;
    "longest" gives the longest length alone. Delétang et al. 2022 draw one length for each batch: a
    set of validation data, which is one batch, would then have a single length. Tests at 1x, 2x, 4x
    and 10x have the longest length times so much, and no other: the shortest of the mixed ones have
    all been in training.
    """

    horizon: int = 40
    lengths: Literal["mixed", "longest"] = "mixed"
    beyond: int = 0
    """Lengths up to this one are left out."""
    stride: ClassVar[int] = 1
    """Lengths are the shortest horizon, and so many steps more, and so on."""

    @property
    def possible_lengths(self) -> Array:
        """All lengths that are drawn, (N,), each as likely as the others."""
        fitting = np.arange(self.shortest_horizon, self.horizon + 1, self.stride)
        return fitting[-1:] if self.lengths == "longest" else fitting[fitting > self.beyond]

    @property
    def longest(self) -> int:
        """The longest length, T: the horizon, where that fits."""
        return int(self.possible_lengths[-1])

    def draw_lengths(self, rng: np.random.Generator, count: int) -> Array:
        """Lengths of `count` sequences, (B,)."""
        possible = self.possible_lengths
        return possible[rng.integers(0, len(possible), count)]

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """So many times the longest length, exactly; the next shorter one where there is none of
        that length."""
        return {f"{n}x": replace(self, horizon=n * self.longest, lengths="longest") for n in TIMES}


def padded(tokens: Array, lengths: Array) -> Array:
    """Tokens (B, T), with 0 behind the last real step."""
    return np.where(np.arange(tokens.shape[1]) < lengths[:, None], tokens, 0)
