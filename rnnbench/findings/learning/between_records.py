"""The record of how a cell learns in two runs."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.stats.ranges import Range

BASE = "BASE"
HEAD = "HEAD"
EPOCHS = "epochs to target"
SPAN = "longest horizon solved"
Learned = Literal["better", "worse", "no difference shown", "too few seeds"]


class BetweenRuns(Struct, frozen=True, kw_only=True):
    """One figure of a cell on a task, in two runs.

    row:        the cell, told apart from others of its name.
    cell:       the cell as tables name it.
    title:      the task, with what tells its settings apart.
    figure:     "epochs to target", the metric that decides, or "longest horizon solved".
    direction:  which way is better.
    base, head: means up to the budget of epochs, medians of scores and of horizons.
    seeds:      seeds that both runs have.
    without_score: seeds that both runs tried and of which one has no score.
    effect:     how much worse HEAD is in the typical seed, with its 95 % interval: a ratio of
                epochs, a difference of scores (turned so that more is worse), or of horizons on the
                ladder; None where it is not known.
    way:        distance from the trivial forecast to the target, for scores; without a target, to
                the score of BASE; None without a trivial forecast.
    p_value:    adjusted over all figures of all cells; None with too few seeds.
    """

    row: str
    cell: str
    task: str
    title: str
    figure: str
    direction: Literal["lower", "higher"]
    base: float
    head: float
    seeds: int
    without_score: int = 0
    effect: Range | None
    way: float | None
    p_value: float | None
    learned: Learned
