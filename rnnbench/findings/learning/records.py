"""The records of findings on learning: conditions, their cells, and how the cells compare."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.learning.budgets import misses_budget
from rnnbench.findings.learning.epochs_to_target import EpochRatio, Reached
from rnnbench.findings.learning.examples import AnsweredExample
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.learning.search_records import Search
from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS
from rnnbench.findings.stats.ranges import Curve, DiagnosticCurve, Range
from rnnbench.records import Look, MetricNote, Recipe


class Arm(Struct, frozen=True, kw_only=True):
    """One cell under one condition, over its seeds.

    seeds:       seeds whose trial ran to its end, diverged or was given up.
    lost:        how many seeds gave no figures, by the status of their trial.
    solved:      how many seeds reached the target.
    solve_rate:  share of the seeds that reached the target, with its Clopper-Pearson interval; None
                 without seeds, or without a target.
    epochs:      restricted mean of epochs to target; a seed that did not reach it counts as the
                 whole budget. None without a target.
    reached:     how often and when each threshold was reached, the target first.
    test:        test scores by metric, over the seeds that have one.
    test_where_solved: test score by the deciding metric, over the seeds that reached the target;
                 None where none of them has one.
    given_up:    how many seeds the futility rule ended; they count as unsolved.
    best_at_end: how many seeds have their best validation score in the last epoch of the budget.
    rates_left:  the rates that its search left, the best first. The figures of the arm are at the
                 best rate; comparisons use all of them.
    other_rates: learning rates of seeds that were not evaluated at `learning_rate`.
    diagnostics: each diagnostic of the fresh and of the trained model, in the order of their names.
    off_budget:  (size - budget) / budget for the size that the recipe matches.
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
    best_at_end: int = 0
    rates_left: tuple[float, ...] = ()
    other_rates: tuple[float, ...] = ()
    diagnostics: tuple[DiagnosticCurve, ...] = ()
    reached: tuple[Reached, ...] = ()
    test_where_solved: Range | None = None

    @property
    def misses_budget(self) -> bool:
        """Whether its size is further from the budget than is tolerated."""
        return misses_budget(self.off_budget)


Answered = Literal["better", "worse", "equivalent", "undecided", "too few seeds"]


class Comparison(Struct, frozen=True):
    """The leading cell against another one, paired by seed.

    wins:       seeds in which the leader is better; ties count for neither cell.
    pairs:      seeds that both cells have.
    gain:       mean by which the leader is better, in units of the figure that decides; None
                without common seeds.
    p_value:    of the exact two-sided signed-rank test, by Holm's method over all pairs of cells of
                the condition; None below the number of seeds that can carry a verdict.
    effect:     typical advantage of the leader: how many times as many epochs the other cell needs,
                or by how much the leader's score is better. Its 95 % interval is that of this pair
                at this look alone, so that a verdict may be open where it excludes no difference.
    answer:     whether the leader is better, worse or equivalent within the margin in the typical
                seed, or that is undecided.
    more_seeds: how many more seeds would probably decide at the next look; None where the answer is
                decided, or too many would be needed.
    overall:    what both cells reach over all seeds, and whether that agrees with the answer; None
                without common seeds.
    level:      p-values up to this level decide at this look; 0 where none can.
    looked:     numbers of seeds at the looks before this one that could have decided.
    planned:    number of seeds that the suite plans; 0 where that is not known.
    needed:     fewest informative seeds that can carry a verdict.
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

    target:        None where the task has none: test scores then decide.
    learning_rate: the rate of all cells; None where each cell has its own by a search.
    figure:        the figure that decides, "epochs to target" or the name of the metric.
    answer:        one sentence on which cell leads.
    sure:          the sentences on how sure that is.
    ratios:        epochs of each cell over those of the cell that is quickest to the target.
    look:          the look to store where this condition is shown; None where no comparison could
                   have been decided.
    examples:      at most three sequences, the same for all cells and seeds, with the answers of
                   the cells.
    """

    task: str
    horizon: int | None
    title: str
    metrics: tuple[MetricNote, ...]
    target: float | None
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
    examples: tuple[AnsweredExample, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether the leader is better than every other cell, by a verdict."""
        answers = {comparison.answer for comparison in self.comparisons}
        return self.leader is not None and answers == {"better"}

    @property
    def is_compared(self) -> bool:
        """Whether two cells have a seed in common, so that one can be ahead of the other."""
        return any(comparison.pairs for comparison in self.comparisons)

    @property
    def ranked(self) -> tuple[Arm, ...]:
        """The cells, the best result first: the leader, then those that reach the target by their
        epochs, then the others by their test scores."""
        return tuple(sorted(self.arms, key=self._rank))

    def confirms(self, arm: Arm) -> bool:
        """Return whether a cell's test score beats the trivial forecast, where there is one.

        Where it does not, what the cell reached on validation data does not count.
        """
        metric = self.metrics[0]
        score = arm.test.get(metric.name)
        trivial = self.trivial.get(metric.name)
        if score is None:
            return False
        return trivial is None or metric.better(score.centre, trivial.centre)

    def is_unconfirmed(self, arm: Arm) -> bool:
        """Return whether a cell reached the target on validation data alone."""
        return arm.solved > 0 and not self.confirms(arm)

    def _rank(self, arm: Arm) -> tuple[bool, bool, float, float, str]:
        metric = self.metrics[0]
        score = arm.test.get(metric.name)
        loss = metric.loss(score.centre) if score else float("inf")
        solves = arm.solved > 0 and arm.epochs is not None and self.confirms(arm)
        epochs = arm.epochs.centre if arm.epochs and solves else float("inf")
        return arm.row != self.leader, not solves, epochs, loss, arm.row
