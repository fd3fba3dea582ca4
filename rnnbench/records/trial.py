"""A trial: pure data that says everything needed to run it, anywhere, again."""

import re
from functools import cache
from hashlib import sha256
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from rnnbench.records.recipe import LIMIT_MEMORY_MIB, LIMIT_OUTPUT_MIB, Measurement, Recipe, Shape

Option = bool | int | float | str | None
"""What an option of a cell may be set to."""
Dial = Option
"""What a dial of a task may be set to: the same."""


class CellUse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cell as a suite uses it. `options` in a trial are complete: defaults are filled in."""

    name: str
    options: dict[str, Dial] = {}
    implementation: str = "default"
    label: str = ""

    @property
    def row(self) -> str:
        """What tables and figures call it."""
        return self.label or self.name


class LearningTrial(Struct, frozen=True, kw_only=True, tag_field="lane", tag="learning"):
    """One cell trained on one task at one seed. Its figures are a function of this record and of
    the software.

    diagnostics: measurements of the cell in the fresh and in the trained model, by name.
    """

    suite: str
    suite_version: int
    cell: CellUse
    task: str
    dials: dict[str, Dial]
    seed: int
    recipe: Recipe
    learning_rate: float
    phase: Literal["tuning", "evaluation"] = "evaluation"
    threads: int = 1
    device: str = "cpu"
    label: str = ""
    diagnostics: tuple[str, ...] = ()


class CostTrial(Struct, frozen=True, kw_only=True, tag_field="lane", tag="cost"):
    """One replicate of a cost measurement: all its cells side by side in one process that has the
    machine to itself.

    repeats:  measured steps of each cell, taken in turns in random order.
    round:    which replicate this is; it seeds the order and the weights.
    session: the day of it, where a suite is measured on several.
    """

    suite: str
    suite_version: int
    cells: tuple[CellUse, ...]
    measurement: Measurement
    shape: Shape
    repeats: int
    round: int
    limit_seconds: float = 300.0
    limit_memory_mib: int = LIMIT_MEMORY_MIB
    limit_output_mib: int = LIMIT_OUTPUT_MIB
    threads: int = 1
    device: str = "cpu"
    label: str = ""
    session: str = field(default="", name="occasion")


Trial = LearningTrial | CostTrial


class Limits(Struct, frozen=True):
    """What a trial may use up; its children count with it."""

    seconds: float
    memory_mib: int
    output_mib: int


def limits(trial: Trial) -> Limits:
    """The limits of a trial."""
    source = trial.recipe if isinstance(trial, LearningTrial) else trial
    return Limits(source.limit_seconds, source.limit_memory_mib, source.limit_output_mib)


def trial_id(trial: Trial) -> str:
    """A readable name that ends in a hash of the whole content: equal trials, and only those, share
    it."""
    title = re.sub(r"[^A-Za-z0-9_.+=-]+", "-", _title(trial))
    return f"{title}.{sha256(canonical(trial)).hexdigest()[:12]}"


def canonical(trial: Trial | CellUse) -> bytes:
    """The content as JSON in one form: equal records give equal bytes.

    Fields that equal their default are left out, so that a field that is added later leaves old
    results valid.
    """
    return msgspec.json.encode((type(trial).__name__, _bare(trial)), order="deterministic")


def _bare(value: Any) -> Any:
    if isinstance(value, Struct):
        kept = {}
        for name, key, default in _defaults(type(value)):
            content = getattr(value, name)
            if content != default:
                kept[key] = _bare(content)
        return kept
    if isinstance(value, tuple):
        return [_bare(element) for element in value]
    return value


@cache
def _defaults(kind: type[Struct]) -> tuple[tuple[str, str, Any], ...]:
    """The fields of a record with their keys in JSON and their defaults; a field without a default
    equals nothing."""
    found = []
    for one in msgspec.structs.fields(kind):
        default = one.default if one.default_factory is msgspec.NODEFAULT else one.default_factory()
        found.append((one.name, one.encode_name, default))
    return tuple(found)


def _has_several_rates(recipe: Recipe) -> bool:
    """Whether a cell may be evaluated at more than one rate at a seed."""
    return recipe.tune and recipe.search == "race"


def _title(trial: Trial) -> str:
    if isinstance(trial, LearningTrial):
        horizon = f".h{trial.dials['horizon']}" if "horizon" in trial.dials else ""
        word = (
            "tune"
            if trial.phase == "tuning"
            else "rate"
            if _has_several_rates(trial.recipe)
            else ""
        )
        rate = f".{word}{trial.learning_rate:g}" if word else ""
        return f"{trial.task}{horizon}.{trial.cell.row}{rate}.s{trial.seed}"[:80]
    rows = "+".join(cell.row for cell in trial.cells)
    cells = rows if len(rows) <= 40 else f"{len(trial.cells)}-cells"
    session = f".{trial.session}" if trial.session else ""
    return f"cost.{trial.measurement}.T{trial.shape.steps}.{cells}{session}.r{trial.round}"
