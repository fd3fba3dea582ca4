"""The figures that each kind of row of a cost trial holds: name, unit, and how one value is made of
many."""

from collections.abc import Callable
from math import exp
from statistics import median
from typing import Any

from msgspec import Struct

from rnnbench.records import (
    CostFigure,
    CostTrial,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    Result,
    TimelineRow,
    TimeRow,
)
from rnnbench.records.consistency import MEASURED

NOT_RECORDED = "was not recorded by the version that measured it"


class CostKind(Struct, frozen=True):
    """One figure of a row.

    name:      the field of the row, or `ratio_to_reference_cell`, whose logarithm the row has.
    statistic: what of the measured values it is: their `median`, their `maximum`, or the one
               `value`.
    value:     of a row; None where it is absent.
    repeats:   of how many measured values.
    """

    name: str
    unit: str
    statistic: str
    value: Callable[[Any], float | None]
    repeats: Callable[[Any], int]


def _single(name: str, unit: str) -> CostKind:
    return CostKind(name, unit, "value", lambda row: getattr(row, name), lambda _: 1)


def _of_steps(name: str, unit: str, value: Callable[[Any], float]) -> CostKind:
    return CostKind(name, unit, "median", value, lambda row: len(row.cpu_seconds))


def _of_looks(name: str, looks: Callable[[Any], tuple[int, ...]]) -> CostKind:
    def highest(row: Any) -> float:
        return max(looks(row))

    return CostKind(name, "bytes", "maximum", highest, lambda row: len(looks(row)))


BYTES = (
    "parameter_bytes",
    "state_bytes",
    "saved_bytes",
    "allocated_bytes",
    "peak_allocated_bytes",
    "peak_bytes",
)
KINDS: dict[type[CostFigure], tuple[CostKind, ...]] = {
    TimeRow: (
        _of_steps("cpu_seconds", "s", lambda row: median(row.cpu_seconds)),
        _of_steps("wall_seconds", "s", lambda row: median(row.wall_seconds)),
        _of_steps("ratio_to_reference_cell", "1", lambda row: exp(row.log_ratio_to_reference_cell)),
        _single("first_call_seconds", "s"),
        _single("joules", "J"),
    ),
    MemoryRow: tuple(_single(name, "bytes") for name in BYTES),
    TimelineRow: (_of_looks("bytes", lambda row: row.bytes),),
    OperationsRow: (_single("flops", "operations"),),
    InstructionsRow: (_single("instructions", "instructions"),),
}


def kinds_of(trial: CostTrial) -> tuple[CostKind, ...]:
    """The figures that a trial measures of each of its cells."""
    return KINDS[MEASURED[trial.measurement]]


def why_absent(kind: CostKind, row: CostFigure, result: Result) -> str:
    """Why a row lacks a figure."""
    if kind.name == "joules" and result.surroundings:
        return result.surroundings.energy_meter or NOT_RECORDED
    if kind.name == "peak_bytes" and isinstance(row, MemoryRow):
        return row.meter
    return NOT_RECORDED
