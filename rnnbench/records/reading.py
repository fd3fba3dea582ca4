"""What a claim asks: its readings, the conditions under which each is tested, and where an effect
has to lie."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.records.recipe import Measurement
from rnnbench.records.side import CostSide, LearningSide

SHARES = (1.0, 0.9, 0.75)
"""Thresholds of what is acceptable: how much of the way from the trivial forecast to the target
each one asks for."""
LearningFigure = Literal[
    "epochs",  # to the threshold, the budget standing for "not reached"
    "solved",  # whether the threshold was reached
    "score",  # on test data, by a metric
    "diagnosis",  # a figure of a diagnostic
]
CostFigureName = Literal[
    "train-time",
    "inference-time",
    "peak-memory",
    "saved-memory",
    "state-memory",
    "parameters",
    "operations",
]
Figure = LearningFigure | CostFigureName | Literal["seconds"]
MEASURED_BY: dict[str, Measurement] = {
    "train-time": "train-step-time",
    "inference-time": "inference-time",
    "peak-memory": "peak-memory",
    "saved-memory": "peak-memory",
    "state-memory": "peak-memory",
    "parameters": "operations",
    "operations": "operations",
    "seconds": "train-step-time",
}
"""By which measurement a figure of cost is had."""
RATIOS = frozenset({"epochs", "diagnosis", *MEASURED_BY})
"""Figures of two cells that are held against each other as a ratio; the others are by their
difference."""


class Region(Struct, frozen=True):
    """Where an effect has to lie for a claim to hold: from `low` to `high`, or outside of that.

    Of ratios these are ratios. None leaves a side open.
    """

    low: float | None = None
    high: float | None = None
    outside: bool = False

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{'outside' if self.outside else 'within'} {self.low:.3g} to {self.high:.3g}"
        return f"at most {self.high:.3g}" if self.low is None else f"at least {self.low:.3g}"


class Question(Struct, frozen=True, kw_only=True):
    """One condition under which a claim is tested.

    facets:        what tells it from the other conditions, in words: task, horizon, what is equal,
                   threshold, kernel.
    first, second: the cell that the claim is about, and the one it is held against, where there is
                   one.
    share:         the threshold, as in `SHARES`.
    pace:          of seconds: the two cells whose time of a step multiplies the epochs.
    smaller:       of growing data: both cells on each smaller part of the training data.
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
        pair = (self.first,) if self.second is None else (self.first, self.second)
        return (*pair, *(side for both in self.smaller for side in both))


class Reading(Struct, frozen=True, kw_only=True):
    """One way of reading a claim, fixed before anything is measured.

    metric:  of a score, or the figure of a diagnostic; "" is the task's deciding metric.
    source:  of a diagnosis: the diagnostic, and whether of the fresh or the trained model.
    region:  where the effect must lie.
    missing: cells and tasks that it needs and that are not installed.
    growing: whether the effect is by how much the difference of two scores grows with each doubling
             of the data.
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
        """Whether two cells are held against each other by their ratio."""
        return self.figure in RATIOS and len(self.cells) == 2
