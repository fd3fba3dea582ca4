"""The types of a suite's TOML file, from which its JSON Schema is generated."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from rnnbench.records import (
    FIRST_TUNING_SEED,
    SHARES,
    CellUse,
    CostSettings,
    Dial,
    Figure,
    GatePolicy,
    Recipe,
    Shape,
    schema_of,
)
from rnnbench.records.cost_measurement import Measurement
from rnnbench.records.recipe import Positive

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
    """Changes to this task at `size = "full"`."""

    horizons: Annotated[tuple[Positive, ...], Meta(min_length=1)] | None = None
    dials: dict[str, Dial] = {}
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]


class Full(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to all tasks at `size = "full"`, the size for a paper."""

    seeds: SeedCount | Annotated[tuple[Seed, ...], Meta(min_length=1)] | None = None
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]


class TaskEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task at several horizons, with dials and with changes to the recipe.

    ladder: a cell tries a horizon once it has solved the next shorter one in most seeds; its
            learning rate is searched on the shortest.
    """

    name: str
    horizons: Annotated[tuple[Positive, ...], Meta(min_length=1)] | None = None
    ladder: bool = False
    dials: dict[str, Dial] = {}
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]
    full: "FullTask | None" = None


class CostEntry(CostSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cost trials, which run alone after all others: `repeats` measured steps of each cell in each
    of `replicates` runs.

    From eight replicates on, more are added until the ratios are known to `precision`, at most
    until they have taken `most_seconds` or there are `most_replicates`. Times are divided by those
    of `reference`, one of the cells as the suite names it, or of the reference cell, torch's LSTM.
    """

    measure: Annotated[tuple[Measurement, ...], Meta(min_length=1)] = (
        "train-step-time",
        "peak-memory",
    )
    shapes: Annotated[tuple[Shape, ...], Meta(min_length=1)] = (Shape(),)


class ClaimCell(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cell that a claim is about, or compares with; `recipe` changes how it is built and
    trained."""

    name: str
    options: dict[str, Dial] = {}
    implementation: str = "default"
    label: str = ""
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]


class ReadingEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reading of a claim: a figure of one cell, or a comparison of the figures of two cells.

    Two cells are compared by the ratio of their figures (epochs, seconds, times, bytes, parameters)
    or by the difference (scores and solved seeds, higher being better). The claim holds if that is
    `at_most` or `at_least` a bound, `within` a distance of equality, or `beyond` it. It is tested
    on each of `tasks`, once for each way to `match`, at each of `shares` of the way from the
    trivial forecast to the target; cost at each of `shapes`, with each of `implementations` of both
    cells. With `training_shares`, both cells are trained on each of these shares of the training
    data, and the effect is the growth of the difference of their scores with each doubling.
    """

    title: str = ""
    cells: Annotated[tuple[str | ClaimCell, ...], Meta(min_length=1, max_length=2)]
    figure: Figure
    metric: str = ""
    diagnostic: str = ""
    when: Literal["fresh", "trained"] = "trained"
    at_most: float | None = None
    at_least: float | None = None
    within: float | None = None
    beyond: float | None = None
    tasks: tuple[TaskEntry, ...] = ()
    match: tuple[Literal["parameters", "state", "hidden"], ...] = ()
    shares: Annotated[tuple[Annotated[float, Meta(gt=0, le=1)], ...], Meta(min_length=1)] = SHARES
    shapes: tuple[Shape, ...] = ()
    implementations: tuple[str, ...] = ()
    training_shares: tuple[Annotated[float, Meta(gt=0, le=1)], ...] = ()


class ClaimEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim: the sentence as it is usually stated, and its readings, fixed before measuring.

    parts:      the readings are parts that all have to be true: a single part that fails
                throughout refutes the claim.
    core:       whether `--core` runs the claim.
    most_seeds: the number of seeds at which `--until-decided` ends.
    """

    name: str
    sentence: str
    note: str = ""
    parts: bool = False
    core: bool = False
    most_seeds: Annotated[int, Meta(ge=1)] = 30
    readings: Annotated[tuple[ReadingEntry, ...], Meta(min_length=1)]


class SuiteFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suite: cells x tasks (at several horizons) x seeds, with a recipe.

    size:           "full" takes the changes listed under `full`, here and in tasks.
    claims:         claims to decide; they name their cells, tasks and shapes themselves.
    further_claims: add the claims that plugins contribute by the hook `rnnbench_claims`.
    fastest:        run cells that name no implementation by the one that is fastest on this machine
                    over the whole suite, where a cell has several.
    diagnostics:    measurements of the cell in each fresh and each trained model, by name.
    keep_weights:   whether a run keeps the weights of trained models.
    keep_predictions: whether it keeps what they say of the test data, as `rnnbench try` does.
    gate:           what `rnnbench gate` tolerates in runs of the suite.
    """

    version: Positive
    summary: str
    size: Literal["default", "full"] = "default"
    full: Full = Full()
    cells: tuple[str | CellUse, ...] = ()
    fastest: bool = False
    tasks: tuple[TaskEntry, ...] = ()
    claims: tuple[ClaimEntry, ...] = ()
    further_claims: bool = False
    seeds: SeedCount | Annotated[tuple[Seed, ...], Meta(min_length=1)] = 3
    recipe: RecipeChanges = RecipeChanges()  # type: ignore[valid-type]
    cost: CostEntry | None = None
    diagnostics: tuple[str, ...] = ()
    device: Literal["cpu", "cuda"] = "cpu"
    threads: Positive = 1
    keep_weights: bool = False
    keep_predictions: bool = False
    gate: GatePolicy = GatePolicy()


def schema() -> dict[str, Any]:
    """The JSON Schema of a suite's file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rnnbench suite",
        **schema_of(SuiteFile),
    }
