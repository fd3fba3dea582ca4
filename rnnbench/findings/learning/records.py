"""The types of findings on learning: conditions, cells under them, and how these compare."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.learning.epochs_to_target import EpochRatio, Reached
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS
from rnnbench.findings.stats.ranges import Curve, DiagnosticCurve, Range
from rnnbench.records import Look, MetricNote, Recipe


class RateScore(Struct, frozen=True, kw_only=True):
    """What a search saw at one learning rate, on validation data.

    lost:   trials that gave no score: diverged, cut off, or worse.
    epochs: restricted mean of epochs to target, the budget standing for "not reached".
    score:  of the deciding metric at the chosen epochs.
    """

    rate: float
    trials: int
    lost: int
    epochs: Range | None
    score: Range | None


class Search(Struct, frozen=True, kw_only=True):
    """The search for a cell's learning rate: the curve, the rate that was chosen, and what it cost
    besides the evaluation at that rate.

    seconds: wall time of its processes, side by side with others; indicative.
    """

    rates: tuple[RateScore, ...]
    chosen: float | None
    trials: int
    steps: int
    sequences: int
    seconds: float


class Arm(Struct, frozen=True, kw_only=True):
    """One cell under one condition, over its seeds.

    seeds:       those whose trial ran to its end or diverged; the others stand in `lost` with their
                 number by status.
    solved:      how many of them reached the target; `solve_rate` is that with its Clopper-Pearson
                 interval.
    epochs:      restricted mean of epochs to target up to the budget, unsolved seeds counting as
                 the whole budget.
    reached:     the same at each threshold of what is acceptable, the target first.
    test:        by metric, over the seeds that have the figure.
    given_up:    how many seeds the rule against futility ended; they count as unsolved.
    rates_left:  the rates that its search left, each of which others are compared with; the best,
                 which the arm is of, is the first.
    other_rates: learning rates of seeds that were evaluated at another one.
    diagnostics: each diagnostic of the fresh and of the trained model, in the order of their names.
    off_budget:  (got - wanted) / wanted for what the recipe matches.
    """

    row: str
    seeds: tuple[int, ...]
    lost: dict[str, int]
    diverged: int
    solved: int
    solve_rate: Range | None
    epochs: Range | None
    test: dict[str, Range]
    curve: Curve
    hidden_size: int
    parameters: int
    state_floats: int
    off_budget: float | None
    learning_rate: float
    search: Search | None
    given_up: int
    rates_left: tuple[float, ...] = ()
    other_rates: tuple[float, ...] = ()
    diagnostics: tuple[DiagnosticCurve, ...] = ()
    reached: tuple[Reached, ...] = ()


Answered = Literal["better", "worse", "equivalent", "undecided", "too few seeds"]


class Comparison(Struct, frozen=True):
    """The leading cell against another one, paired by seed.

    wins:       seeds in which the leader is better; ties count for neither.
    gain:       mean by which the leader is better, in units of the figure that decides; None
                without common seeds.
    p_value:    of the exact two-sided signed-rank test, by Holm's method over all pairs of cells of
                the condition; None below the number of seeds that can carry a verdict.
    effect:     of epochs how many times as many the other one needs, of scores by how much the
                leader is better, typically, with its interval at 95 %: that of this pair at this
                look alone, so that a verdict may be open where it leaves no difference out.
    answer:     in the typical seed, is the leader better, worse, equivalent within the margin, or
                is that undecided?
    more_seeds: how many more would probably decide it at the next look; None where it is decided,
                or no end is in sight.
    overall:    what both cells reach over all seeds, and whether that says the same; None without
                common seeds.
    level:      of the p-value that decides at this look; 0 where none can.
    looked:     seeds of the looks before this one that could have decided.
    planned:    seeds that the suite named; 0 where that is not known.
    needed:     fewest seeds that tell something which can carry a verdict.
    """

    other: str
    wins: int
    pairs: int
    gain: float | None
    p_value: float | None
    effect: Range | None = None
    answer: Answered = "too few seeds"
    more_seeds: int | None = None
    overall: Overall | None = None
    level: float = LEVEL
    looked: tuple[int, ...] = ()
    planned: int = 0
    needed: int = VERDICT_SEEDS


class Condition(Struct, frozen=True, kw_only=True):
    """A task at one setting of its dials under one recipe, with its cells.

    learning_rate: the rate of all cells; None where each has the one that its search found.
    answer:        one sentence on which cell; `sure` is one on how sure that is.
    figure:        what decided the answer, "epochs to target" or the name of the metric.
    ratios:        epochs of each cell over those of the one that is quickest to the target.
    look:          what is to be kept of it, where it is shown; None where no comparison could have
                   been decided.
    """

    task: str
    horizon: int | None
    title: str
    metrics: tuple[MetricNote, ...]
    target: float
    trivial: dict[str, Range]
    trivial_forecast: str
    recipe: Recipe
    learning_rate: float | None
    steps_per_epoch: int
    arms: tuple[Arm, ...]
    figure: str
    leader: str | None
    answer: str
    sure: str
    comparisons: tuple[Comparison, ...]
    ratios: tuple[EpochRatio, ...] = ()
    look: Look | None = None
