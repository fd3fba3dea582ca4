"""A figure with its range or interval, and curves with the range at each point."""

from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace


class Range(Struct, frozen=True):
    """A figure over n units: its centre, with a range or an interval around it.

    kind: what `low` and `high` are.
          "range": smallest and largest value.
          "95 % interval": an interval that holds its level at this n.
          "95 % over all rows": a wider interval: those of all rows of one table hold at once.
          "95 % over all pairs": a wider interval: those of all pairs of rows hold at once.
          "95 % of what was seen": an interval that counts the budget for a target that was not
          reached, and leaves out seeds without any figure.
          "product of intervals": the product of two lower ends, and of the two upper ends.
          "over sessions": the lowest and the highest end of the intervals of n sessions.
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
        """Return the range of the inverse ratio."""
        return Range(1 / self.centre, 1 / self.high, 1 / self.low, self.n, self.kind)

    def scaled(self, factor: float) -> "Range":
        """Return the range in another unit, each value times a factor above 0."""
        return Range(factor * self.centre, factor * self.low, factor * self.high, self.n, self.kind)


class Curve(Struct, frozen=True):
    """Validation score of the deciding metric by epoch.

    Each epoch has the median, smallest and largest score over the seeds that reached the epoch.
    """

    epochs: tuple[int, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class DiagnosticCurve(Struct, frozen=True, kw_only=True):
    """A diagnostic of one cell over its seeds: median, smallest and largest at each x.

    when:    "fresh" for the model as initialised, "trained" for the model at its chosen epoch.
    log_y:   whether y is read on a logarithmic axis.
    figures: figures drawn from the curve, by name.
    absent:  the reason by figure, for figures that some seeds, or all, do not have.
    n:       number of seeds; 0 where a file does not tell it.
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
    n: int = 0


def exponential(logarithms: Range) -> Range:
    """Return a range of logarithms as a range of ratios."""
    return replace(
        logarithms,
        centre=float(np.exp(logarithms.centre)),
        low=float(np.exp(logarithms.low)),
        high=float(np.exp(logarithms.high)),
    )
