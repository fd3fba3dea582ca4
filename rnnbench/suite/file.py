"""The types of a suite's TOML file; the JSON Schema is made from them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from rnnbench.records import FIRST_TUNING_SEED, CellUse, Dial, Recipe, Shape
from rnnbench.records.recipe import LIMIT_MEMORY_MIB, LIMIT_OUTPUT_MIB, Measurement, Positive

RecipeChanges: type[Struct] = msgspec.defstruct(
    "RecipeChanges",
    [(field.name, field.type | UnsetType, UNSET) for field in msgspec.structs.fields(Recipe)],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)
RecipeChanges.__doc__ = "Keys of the recipe that differ here."
Seed = Annotated[int, Meta(ge=0, lt=FIRST_TUNING_SEED)]
SeedCount = Annotated[int, Meta(ge=1, le=FIRST_TUNING_SEED)]


class FullTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for this task at `size = "full"`."""

    horizons: Annotated[tuple[Positive, ...], Meta(min_length=1)] | None = None
    dials: dict[str, Dial] = {}
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]


class Full(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for all tasks at `size = "full"`, the size for a paper."""

    seeds: SeedCount | Annotated[tuple[Seed, ...], Meta(min_length=1)] | None = None
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]


class TaskEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task, swept over horizons, with other dials and with changes to the recipe.

    ladder: a cell tries a horizon once it has solved the next shorter one in most seeds; its learning rate is searched
            on the shortest.
    """

    name: str
    horizons: Annotated[tuple[Positive, ...], Meta(min_length=1)] | None = None
    ladder: bool = False
    dials: dict[str, Dial] = {}
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]
    full: "FullTask | None" = None


class CostEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cost trials: run alone, after all others. `repeats` measured steps of each cell in each of `replicates` runs.

    From eight replicates on, more are added until the ratios are known to `precision`, at most until they have taken
    `most_seconds` or there are `most_replicates`.
    """

    measure: Annotated[tuple[Measurement, ...], Meta(min_length=1)] = ("train-step-time", "peak-memory")
    shapes: Annotated[tuple[Shape, ...], Meta(min_length=1)] = (Shape(),)
    replicates: Positive = 8
    repeats: Positive = 30
    memory_replicates: Positive = 3
    memory_limit_mib: Positive | None = None
    precision: Annotated[float, Meta(gt=0)] = 0.02
    most_replicates: Positive = 24
    most_seconds: Annotated[float, Meta(gt=0)] = 600.0
    occasions: Positive = 1
    threads: Positive = 1
    limit_seconds: Annotated[float, Meta(gt=0)] = 300.0
    limit_memory_mib: Positive = LIMIT_MEMORY_MIB
    limit_output_mib: Positive = LIMIT_OUTPUT_MIB


class SuiteFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suite: cells x tasks (swept over horizons) x seeds, with a recipe.

    size: "full" takes the changes that stand under `full`, here and in tasks.
    diagnostics: measurements of the cell in each fresh and each trained model, by name.
    """

    version: Positive
    summary: str
    size: Literal["default", "full"] = "default"
    full: Full = Full()
    cells: Annotated[tuple[str | CellUse, ...], Meta(min_length=1)]
    tasks: tuple[TaskEntry, ...] = ()
    seeds: SeedCount | Annotated[tuple[Seed, ...], Meta(min_length=1)] = 3
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]
    cost: CostEntry | None = None
    diagnostics: tuple[str, ...] = ()
    device: Literal["cpu", "cuda"] = "cpu"
    threads: Positive = 1


def schema() -> dict[str, Any]:
    """The JSON Schema of a suite's file, for editors."""
    made = msgspec.json.schema(SuiteFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "rnnbench suite", **made}
