"""Suites with every name checked and every default filled in, as the planner reads them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from rnnbench.records.claim import Claim
from rnnbench.records.cost_measurement import Measurement
from rnnbench.records.recipe import Positive, Recipe, Shape
from rnnbench.records.trial import CellUse, CostTerms, Dial


class TaskUse(Struct, frozen=True, kw_only=True):
    """A task at one setting of its dials (complete, horizon included), with the recipe of its
    trials.

    below: the rung of a ladder that a cell must solve in most seeds before it tries this one. The
           learning-rate search of a ladder is made on its lowest rung.
    only:  rows of the cells that try it; empty for all cells of the suite.
    """

    name: str
    dials: dict[str, Dial]
    recipe: Recipe
    below: "TaskUse | None" = None
    only: tuple[str, ...] = ()

    @property
    def lowest(self) -> "TaskUse":
        """The lowest rung of its ladder; the task itself where it is on no ladder."""
        return self.below.lowest if self.below else self


class LeftOut(Struct, frozen=True):
    """A cell that a cost measurement leaves out, and why."""

    row: str
    measurement: Measurement
    shape: Shape
    reason: str


class Needed(Struct, frozen=True):
    """A cell that a cost measurement must include."""

    row: str
    measurement: Measurement
    shape: Shape


class SeedRule(Struct, frozen=True):
    """A rule that adds seeds until claims are decided.

    first: number of seeds at the first look.
    step:  number of seeds added for each further look.
    most:  number of seeds at which the rule ends for claims that are still undecided.
    """

    first: int
    step: int
    most: int

    def looks(self, most: int | None = None) -> tuple[int, ...]:
        """Return the number of seeds at each look, up to `most`; `most` alone if it is below the
        first."""
        end = min(self.most, most or self.most)
        return tuple(range(self.first, end + 1, self.step)) or (end,)


class CostSettings(CostTerms, frozen=True, kw_only=True):
    """How often cost is measured, and within which limits.

    replicates:       least number of replicates of times, each of `repeats` measured steps of each
                      cell. More are added, up to `most_replicates`, until each ratio to the
                      reference cell is known to `precision` or they have taken `most_seconds`.
    memory_limit_mib: limit on a training step where its memory is measured, and not its time.
    reference:        the row over which times are stated; "" for the reference cell. The
                      measurements do not depend on it.
    sessions:         number of sessions in which cost is to be measured.
    """

    replicates: Positive = 8
    repeats: Positive = 30
    memory_replicates: Positive = 3
    memory_limit_mib: Positive | None = None
    precision: Annotated[float, Meta(gt=0)] = 0.02
    most_replicates: Positive = 24
    most_seconds: Annotated[float, Meta(gt=0)] = 600.0
    reference: str = ""
    sessions: Positive = field(default=1, name="occasions")


class CostPlan(CostSettings, frozen=True, kw_only=True):
    """Which cost figures are measured, at which shapes.

    needed:         the measurements wanted of each cell; empty for all measurements of all cells.
    other_sessions: other sessions that have results.
    """

    measure: tuple[Measurement, ...]
    shapes: tuple[Shape, ...]
    other_sessions: tuple[str, ...] = field(default=(), name="other_occasions")
    left_out: tuple[LeftOut, ...] = ()
    needed: tuple[Needed, ...] = ()


class Suite(Struct, frozen=True, kw_only=True):
    """Cells x tasks x seeds, and cost trials for the same cells. `version` rises when figures stop
    being comparable.

    claims:          the claims that the figures are to decide.
    left_out_claims: a sentence for each file of claims that a plugin contributes and that cannot be
                     used.
    until_decided:   the rule by which seeds are added until the claims are decided.
    keep_weights:    whether a run keeps the weights of trained models; no trial depends on it.
    keep_predictions: whether a run keeps what trained models say of the test data; no trial depends
                     on it either.
    """

    name: str
    version: int
    summary: str
    cells: tuple[CellUse, ...]
    tasks: tuple[TaskUse, ...]
    seeds: tuple[int, ...]
    cost: CostPlan | None = None
    device: Literal["cpu", "cuda"] = "cpu"
    threads: int = 1
    diagnostics: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    left_out_claims: tuple[str, ...] = ()
    until_decided: SeedRule | None = None
    keep_weights: bool = False
    keep_predictions: bool = False

    @property
    def kept(self) -> tuple[bool, bool]:
        """Whether weights, and predictions, of trained models are kept."""
        return self.keep_weights, self.keep_predictions

    def cells_on(self, use: TaskUse) -> tuple[CellUse, ...]:
        """The cells that try a task."""
        return tuple(cell for cell in self.cells if not use.only or cell.row in use.only)
