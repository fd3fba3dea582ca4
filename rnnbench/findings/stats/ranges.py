"""A centre with what lies around it, for one figure and along a curve."""

from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace


class Range(Struct, frozen=True):
    """A centre over n units with what lies around it.

    kind: "range" is smallest to largest and claims no more; "95 % interval" is one that holds its
          level at this n; "95 % over all rows" is wider, so that the intervals of all rows of one
          table hold at once; "95 % over all pairs" is wider still, so that those of all pairs hold
          at once; "95 % of what was seen" counts the budget for what was not reached, and leaves
          out what is not known at all; "product of intervals" is from the product of two lower ends
          to that of the two upper ones; "over sessions" reaches from the lowest end of the
          intervals of n days to the highest.
    """

    centre: float
    low: float
    high: float
    n: int
    kind: Literal[
        "range",
        "95 % interval",
        "95 % of what was seen",
        "95 % over all rows",
        "95 % over all pairs",
        "product of intervals",
        "over sessions",
    ] = "range"

    def inverse(self) -> "Range":
        """Of a ratio, that of the second over the first."""
        return Range(1 / self.centre, 1 / self.high, 1 / self.low, self.n, self.kind)

    def scaled(self, factor: float) -> "Range":
        """The same in another unit."""
        return Range(factor * self.centre, factor * self.low, factor * self.high, self.n, self.kind)


class Curve(Struct, frozen=True):
    """Validation score of the deciding metric by epoch: median, smallest and largest over the seeds
    that got there."""

    epochs: tuple[int, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class DiagnosticCurve(Struct, frozen=True, kw_only=True):
    """A diagnostic of one cell over its seeds: median, smallest and largest at each x, and the
    figures drawn from it.

    when:    in the model as initialised, or at its chosen epoch.
    absent:  reason by figure, for figures that no seed has, or not every one.
    """

    name: str
    when: Literal["fresh", "trained"]
    x_name: str
    y_name: str
    log_y: bool
    x: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    figures: dict[str, Range]
    absent: dict[str, str]


def exponential(found: Range) -> Range:
    """A range of logarithms as one of ratios."""
    return replace(
        found,
        centre=float(np.exp(found.centre)),
        low=float(np.exp(found.low)),
        high=float(np.exp(found.high)),
    )
