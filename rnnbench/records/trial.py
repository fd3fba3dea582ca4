"""Trials: pure data that hold everything needed to run them anywhere, and again."""

import re
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Literal
from weakref import ref

import msgspec
from msgspec import Meta, Struct, field

from rnnbench.records.cost_measurement import Measurement
from rnnbench.records.recipe import LIMIT_MEMORY_MIB, LIMIT_OUTPUT_MIB, Positive, Recipe, Shape

UNSAFE = re.compile(r"[^A-Za-z0-9_.+=-]+")
"""What names of files do not hold."""
ENCODER = msgspec.json.Encoder(order="deterministic")
Option = bool | int | float | str | None
"""Type of the values of a cell's options."""
Dial = Option
"""Type of the values of a task's dials."""


class CellUse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cell as a suite uses it. `options` in a trial are complete: defaults are filled in."""

    name: str
    options: dict[str, Dial] = {}
    implementation: str = "default"
    label: str = ""

    @property
    def row(self) -> str:
        """The name of the cell in tables and figures."""
        return self.label or self.name


class LearningTrial(
    Struct, frozen=True, kw_only=True, tag_field="lane", tag="learning", weakref=True
):
    """One cell trained on one task at one seed. Its figures are a function of this record and of
    the software.

    diagnostics: names of the diagnostics that are run on the fresh and on the trained model.
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


class CostTerms(Struct, frozen=True, kw_only=True):
    """What cost trials take over from their suite.

    session: name of the session of the measurement, for a suite that is measured on several days.
    """

    threads: Positive = 1
    session: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]*$")] = field(default="", name="occasion")
    limit_seconds: Annotated[float, Meta(gt=0)] = 300.0
    limit_memory_mib: Positive = LIMIT_MEMORY_MIB
    limit_output_mib: Positive = LIMIT_OUTPUT_MIB


class CostTrial(CostTerms, frozen=True, kw_only=True, tag_field="lane", tag="cost", weakref=True):
    """One replicate of a cost measurement: its cells side by side in one process, alone on the
    machine.

    repeats: measured steps of each cell, taken in turns in random order.
    round:   number of this replicate; it seeds the order and the weights.
    """

    suite: str
    suite_version: int
    cells: tuple[CellUse, ...]
    measurement: Measurement
    shape: Shape
    repeats: int
    round: int
    device: str = "cpu"
    label: str = ""


Trial = LearningTrial | CostTrial
_KNOWN_IDS: dict[int, tuple["ref[Trial]", str]] = {}
"""The ids of the trials that are in memory, by place: an id is asked for many times."""


class Limits(Struct, frozen=True):
    """Limits on the resources of a trial, child processes included."""

    seconds: float
    memory_mib: int
    output_mib: int


def limits(trial: Trial) -> Limits:
    """Return the limits of a trial."""
    source = trial.recipe if isinstance(trial, LearningTrial) else trial
    return Limits(source.limit_seconds, source.limit_memory_mib, source.limit_output_mib)


def trial_id(trial: Trial) -> str:
    """Return a readable name that ends in a hash of the whole content, so only equal trials share
    it."""
    place = id(trial)
    known = _KNOWN_IDS.get(place)
    if known and known[0]() is trial:
        return known[1]
    title = UNSAFE.sub("-", _title(trial))
    identity = f"{title}.{sha256(canonical(trial)).hexdigest()[:12]}"
    # The id is forgotten with its trial, so that another trial in its place gets its own.
    _KNOWN_IDS[place] = ref(trial, lambda _: _KNOWN_IDS.pop(place, None)), identity
    return identity


def canonical(trial: Trial | CellUse) -> bytes:
    """Return the content as JSON in one form: equal records give equal bytes.

    Fields that equal their default are left out, so a field that is added later keeps old results
    valid.
    """
    return ENCODER.encode((type(trial).__name__, _bare(trial)))


def _bare(value: Any) -> Any:
    if isinstance(value, Struct):
        kept = {}
        contents = msgspec.structs.astuple(value)
        for (key, default), content in zip(_defaults(type(value)), contents, strict=True):
            if content != default:
                kept[key] = _bare(content) if isinstance(content, Struct | tuple) else content
        return kept
    if isinstance(value, tuple):
        return [_bare(element) for element in value]
    return value


@cache
def _defaults(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """Return JSON key and default of each field, in order; a missing default equals no value."""
    defaults = []
    for field_info in msgspec.structs.fields(kind):
        default = field_info.default
        if field_info.default_factory is not msgspec.NODEFAULT:
            default = field_info.default_factory()
        defaults.append((field_info.encode_name, default))
    return tuple(defaults)


def _has_several_rates(recipe: Recipe) -> bool:
    """Whether a cell may be evaluated at several learning rates at one seed."""
    return recipe.tune and recipe.search == "race"


def _title(trial: Trial) -> str:
    if isinstance(trial, LearningTrial):
        horizon = f".h{trial.dials['horizon']}" if "horizon" in trial.dials else ""
        rate = _rate_in_title(trial)
        return f"{trial.task}{horizon}.{trial.cell.row}{rate}.s{trial.seed}"[:80]
    rows = "+".join(cell.row for cell in trial.cells)
    cells = rows if len(rows) <= 40 else f"{len(trial.cells)}-cells"
    session = f".{trial.session}" if trial.session else ""
    return f"cost.{trial.measurement}.T{trial.shape.steps}.{cells}{session}.r{trial.round}"


def _rate_in_title(trial: LearningTrial) -> str:
    if trial.phase == "tuning":
        return f".tune{trial.learning_rate:g}"
    if _has_several_rates(trial.recipe):
        return f".rate{trial.learning_rate:g}"
    return ""
