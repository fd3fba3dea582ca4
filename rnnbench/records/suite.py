"""A suite with every name checked and every default filled in: what the planner reads."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from rnnbench.records.claim import Claim
from rnnbench.records.recipe import (
    LIMIT_MEMORY_MIB,
    LIMIT_OUTPUT_MIB,
    Measurement,
    Positive,
    Recipe,
    Shape,
)
from rnnbench.records.trial import CellUse, Dial


class TaskUse(Struct, frozen=True, kw_only=True):
    """A task at one setting of its dials (complete, horizon included), with the recipe that its
    trials get.

    below: the rung of a ladder that a cell must have solved in most seeds before it tries this one.
           The learning rate of a ladder is searched on its lowest rung.
    only:  rows of the cells that try it; without any it is all of the suite's.
    """

    name: str
    dials: dict[str, Dial]
    recipe: Recipe
    below: "TaskUse | None" = None
    only: tuple[str, ...] = ()

    @property
    def lowest(self) -> "TaskUse":
        """The lowest rung of its ladder; the task itself where it stands on none."""
        return self.below.lowest if self.below else self


class LeftOut(Struct, frozen=True):
    """A cell that a cost measurement leaves out, and why."""

    row: str
    measurement: Measurement
    shape: Shape
    reason: str


class Needed(Struct, frozen=True):
    """A cell that a cost measurement is wanted of."""

    row: str
    measurement: Measurement
    shape: Shape


class SeedRule(Struct, frozen=True):
    """Seeds that are added until claims are decided.

    first, step: how many there are at the first look, and how many more at each further one.
    most:        at how many it ends, for claims that do not end it before.
    """

    first: int
    step: int
    most: int

    def looks(self, most: int | None = None) -> tuple[int, ...]:
        """How many seeds there are at each look, up to `most`, which is the only one where it is
        below the first."""
        end = min(self.most, most or self.most)
        return tuple(range(self.first, end + 1, self.step)) or (end,)


class CostSettings(Struct, frozen=True, kw_only=True):
    """How often cost is measured, and within which limits.

    replicates:       at least so many of times, of `repeats` measured steps of each cell; more, up
                      to `most_replicates`, until each ratio to the reference cell is known to
                      `precision` or they have taken `most_seconds`.
    memory_limit_mib: what a training step may take where its memory is measured, and not its time.
    reference:        the row over which times are stated, "" for the reference cell; what is
                      measured does not depend on it.
    sessions:         how often it is to be measured; `session` is that of this run.
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
    session: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]*$")] = field(default="", name="occasion")
    threads: Positive = 1
    limit_seconds: Annotated[float, Meta(gt=0)] = 300.0
    limit_memory_mib: Positive = LIMIT_MEMORY_MIB
    limit_output_mib: Positive = LIMIT_OUTPUT_MIB


class CostPlan(CostSettings, frozen=True, kw_only=True):
    """Which cost figures are measured, at which shapes.

    needed:          what is measured of whom; without any it is everything of everyone.
    other_sessions: those of which there are results.
    """

    measure: tuple[Measurement, ...]
    shapes: tuple[Shape, ...]
    other_sessions: tuple[str, ...] = field(default=(), name="other_occasions")
    left_out: tuple[LeftOut, ...] = ()
    needed: tuple[Needed, ...] = ()


class Suite(Struct, frozen=True, kw_only=True):
    """Cells x tasks x seeds, and cost trials for the same cells. `version` rises when figures stop
    being comparable.

    claims:          what the figures are to decide.
    left_out_claims: a sentence for each file of claims that a plugin brings and that cannot be
                     used.
    until_decided:   the rule by which seeds are added until they do.
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

    def cells_on(self, use: TaskUse) -> tuple[CellUse, ...]:
        """The cells that try a task."""
        return tuple(cell for cell in self.cells if not use.only or cell.row in use.only)
