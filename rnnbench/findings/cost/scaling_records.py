"""The records of findings on how cost grows with the length of sequences."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.stats.ranges import Range

LengthFigure = Literal["train", "inference", "memory"]


class ScalingCurve(Struct, frozen=True, kw_only=True):
    """A figure of one cell against the length of sequences T.

    figure:   "train", "inference" (seconds) or "memory" (bytes).
    steps:    the lengths T.
    values:   the figure at each length, with its range over replicates.
    exponent: slope of a line through log figure against log T, fitted in each replicate; None below
              three lengths. Over several sessions it reaches from the lowest end of their intervals
              to the highest.
    """

    row: str
    figure: LengthFigure
    steps: tuple[int, ...]
    values: tuple[Range, ...]
    exponent: Range | None


class BreakEven(Struct, frozen=True):
    """The length of sequences at which two cells take the same time.

    figure: "train" or "inference".
    below:  the cell that is faster at shorter sequences.
    above:  the cell that is faster at longer sequences.
    steps:  where straight lines cross, between the two nearest lengths at which the times of the
            cells clearly differ.
    """

    figure: str
    below: str
    above: str
    steps: Range


class Longest(Struct, frozen=True):
    """The longest sequence whose training step fits into a memory limit.

    fits:  the longest length tried that fits; None where none does.
    fails: the shortest length tried that does not fit; None where all fit.
    """

    row: str
    limit_mib: int
    fits: int | None
    fails: int | None


class Scaling(Struct, frozen=True, kw_only=True):
    """How cost grows with the length of sequences, all else equal; `answer` is its summary."""

    title: str
    answer: str
    curves: tuple[ScalingCurve, ...]
    break_evens: tuple[BreakEven, ...]
    longest: tuple[Longest, ...]
