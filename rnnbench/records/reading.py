"""What a claim asks: its readings, the conditions of each, and the region where an effect must
lie."""

from msgspec import Struct, field

from rnnbench import text
from rnnbench.records.claim_figure import RATIOS, Figure
from rnnbench.records.side import CostSide, LearningSide

SHARES = (1.0, 0.9, 0.75)
"""Thresholds of acceptable scores, as shares of the way from the trivial forecast to the target."""


class Region(Struct, frozen=True):
    """Where an effect must lie for a claim to hold: from `low` to `high`, or outside of that
    interval.

    The bounds of a ratio are ratios. None leaves a side open.
    """

    low: float | None = None
    high: float | None = None
    outside: bool = False

    def __str__(self) -> str:
        low = text.rounded(self.low) if self.low is not None else ""
        high = text.rounded(self.high) if self.high is not None else ""
        if not low:
            return f"at most {high}"
        if not high:
            return f"at least {low}"
        return f"{'outside' if self.outside else 'within'} {low} to {high}"


class Question(Struct, frozen=True, kw_only=True):
    """One condition under which a claim is tested.

    facets:    the words that distinguish it from other conditions: task, horizon, what is equal,
               threshold, kernel.
    first:     the cell that the claim is about.
    second:    the cell that it is compared with, if there is one.
    share:     the threshold, one of `SHARES`.
    step_time: for seconds: the two cells whose step times multiply the epochs.
    smaller:   for growing data: both cells on each smaller part of the training data.
    """

    facets: dict[str, str]
    first: LearningSide | CostSide
    second: LearningSide | CostSide | None = None
    share: float = 1.0
    step_time: tuple[CostSide, CostSide] | None = field(default=None, name="pace")
    smaller: tuple[tuple[LearningSide, LearningSide], ...] = ()

    @property
    def sides(self) -> tuple[LearningSide | CostSide, ...]:
        """The first cell, the second one, and both on each smaller part of the data."""
        sides = [self.first]
        if self.second is not None:
            sides.append(self.second)
        for both in self.smaller:
            sides += both
        return tuple(sides)


class Reading(Struct, frozen=True, kw_only=True):
    """One way of reading a claim, fixed before anything is measured.

    metric:  the metric of a score, or the figure of a diagnostic; "" for the task's deciding
             metric.
    source:  for a diagnosis: the diagnostic, and whether it is of the "fresh" or the "trained"
             model.
    region:  where the effect must lie.
    missing: cells and tasks that the reading needs and that are not installed.
    growing: whether the effect is the growth of the difference of two scores with each doubling of
             the data.
    """

    title: str
    cells: tuple[str, ...]
    figure: Figure
    region: Region
    metric: str = ""
    source: tuple[str, str] = ("", "trained")
    questions: tuple[Question, ...] = ()
    missing: tuple[str, ...] = ()
    growing: bool = False

    @property
    def is_ratio(self) -> bool:
        """Whether two cells are compared by their ratio."""
        return self.figure in RATIOS and len(self.cells) == 2
