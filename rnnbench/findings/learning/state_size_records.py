"""The records of scores against the numbers in the state."""

from msgspec import Struct

from rnnbench.findings.learning.budgets import misses_budget
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import MetricNote


class SizedScore(Struct, frozen=True, kw_only=True):
    """What a cell reached with models of one size.

    condition:    title of the condition.
    budget:       the size that its recipe asks for, in what it matches.
    state_floats: numbers that the models carried from one step to the next for one sequence, all
                  layers together, as the results record them.
    parameters:   of the whole model.
    off_budget:   (size - budget) / budget for the size that the recipe matches; None where it
                  matches hidden sizes.
    solved:       how many seeds reached the target.
    seeds:        how many seeds have figures.
    score:        test score by the deciding metric, over the seeds that have one.
    """

    condition: str
    budget: int
    state_floats: int
    parameters: int
    off_budget: float | None
    solved: int
    seeds: int
    score: Range

    @property
    def misses_budget(self) -> bool:
        """Whether the size is further from its budget than is tolerated."""
        return misses_budget(self.off_budget)


class StateSizeCurve(Struct, frozen=True, kw_only=True):
    """The scores of one cell, the smallest state first; models without a state have no point."""

    row: str
    points: tuple[SizedScore, ...]

    @property
    def has_several_sizes(self) -> bool:
        """Whether the states of its models differ in size."""
        return len({point.state_floats for point in self.points}) > 1


class StateSizeFinding(Struct, frozen=True, kw_only=True):
    """A task under one setting of all but the size of its models, with a curve for each cell.

    conditions: titles of the conditions, the smallest budget first.
    match:      the quantity that is equal between cells under each of the conditions.
    metric:     the metric that decides.
    trivial:    score of the trivial forecast, which `trivial_forecast` describes; None where there
                is none.
    target:     None where the task has none.
    answer:     one sentence on the states with which cells are at the target; "" without a target.
    """

    task: str
    title: str
    conditions: tuple[str, ...]
    match: str
    metric: MetricNote
    target: float | None
    trivial: Range | None
    trivial_forecast: str
    curves: tuple[StateSizeCurve, ...]
    answer: str = ""

    def needed(self, curve: StateSizeCurve) -> int | None:
        """Return the smallest state from which on a cell's median test score is at the target.

        It is at the target with all larger states that were tried. None where the score with the
        largest one is not, and where there is no target.
        """
        needed = None
        if self.target is None:
            return None
        for point in reversed(curve.points):
            if self.metric.better(self.target, point.score.centre):
                break
            needed = point.state_floats
        return needed
