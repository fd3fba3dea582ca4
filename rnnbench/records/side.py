"""The sides of a comparison: a cell that learns, or a cell whose cost is measured."""

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from rnnbench.records.cost_measurement import Measurement
from rnnbench.records.recipe import Recipe, Shape
from rnnbench.records.trial import CellUse, Dial


class LearningSide(Struct, frozen=True, kw_only=True, tag_field="lane", tag="learning"):
    """A cell that learns: all its evaluations on a task under a recipe, for any seeds."""

    cell: CellUse
    task: str
    dials: dict[str, Dial]
    recipe: Recipe


class CostSide(Struct, frozen=True, kw_only=True, tag_field="lane", tag="cost"):
    """A cell whose cost is measured: all replicates at a shape."""

    cell: CellUse
    measurement: Measurement
    shape: Shape


def identity(side: LearningSide | CostSide) -> bytes:
    """Return bytes that are equal for equal sides only; labels of cells are not compared."""
    bare = replace(side, cell=replace(side.cell, label=""))
    return encode(bare, order="deterministic")
