"""The types of findings on how cost grows with the length of sequences."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.stats.ranges import Range


class ScalingCurve(Struct, frozen=True, kw_only=True):
    """A figure of one cell against the length of sequences T.

    figure:   "train", "inference" (seconds) or "memory" (bytes).
    exponent: slope of a line through log figure against log T, fitted in each replicate; None below
              three lengths. Over several sessions it reaches from the lowest end of their intervals
              to the highest.
    """

    row: str
    figure: Literal["train", "inference", "memory"]
    steps: tuple[int, ...]
    values: tuple[Range, ...]
    exponent: Range | None


class BreakEven(Struct, frozen=True):
    """Where two cells take the same time: `below` is the faster at shorter sequences, `above` at
    longer ones.

    steps: where straight lines cross, between the two lengths nearest to it at which the two are
           told apart.
    """

    figure: str
    below: str
    above: str
    steps: Range


class Longest(Struct, frozen=True):
    """The longest sequence whose training step fits into a limit, of those tried, and the shortest
    that does not."""

    row: str
    limit_mib: int
    fits: int | None
    fails: int | None


class Scaling(Struct, frozen=True, kw_only=True):
    """How cost grows with the length of sequences, all else equal."""

    title: str
    answer: str
    curves: tuple[ScalingCurve, ...]
    break_evens: tuple[BreakEven, ...]
    longest: tuple[Longest, ...]
