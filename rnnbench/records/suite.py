"""A suite with every name checked and every default filled in: what the planner reads."""

from typing import Literal

from msgspec import Struct

from rnnbench.records.recipe import LIMIT_MEMORY_MIB, LIMIT_OUTPUT_MIB, Measurement, Recipe, Shape
from rnnbench.records.trial import CellUse, Dial


class TaskUse(Struct, frozen=True, kw_only=True):
    """A task at one setting of its dials (complete, horizon included), with the recipe that its trials get.

    below: the rung of a ladder that a cell must have solved in most seeds before it tries this one. The learning rate
           of a ladder is searched on its lowest rung.
    """

    name: str
    dials: dict[str, Dial]
    recipe: Recipe
    below: "TaskUse | None" = None

    @property
    def lowest(self) -> "TaskUse":
        """The lowest rung of its ladder; the task itself where it stands on none."""
        return self.below.lowest if self.below else self


class CostPlan(Struct, frozen=True, kw_only=True):
    """Which cost figures are measured, at which shape, how often."""

    measure: tuple[Measurement, ...]
    shapes: tuple[Shape, ...]
    replicates: int
    repeats: int
    limit_seconds: float = 300.0
    limit_memory_mib: int = LIMIT_MEMORY_MIB
    limit_output_mib: int = LIMIT_OUTPUT_MIB


class Suite(Struct, frozen=True, kw_only=True):
    """Cells x tasks x seeds, and cost trials for the same cells. `version` rises when figures stop being comparable."""

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
