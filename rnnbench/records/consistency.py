"""What a stored result must keep so that readers can rely on it: its parts say the same of one
trial.

A result that was written by this program keeps all of it. One that does not was edited, or made by
something else.
"""

import math
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from rnnbench.records.cost import (
    CostFigure,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    TimelineRow,
    TimeRow,
)
from rnnbench.records.diagnosis import Diagnosis
from rnnbench.records.recipe import Measurement
from rnnbench.records.result import Learning, Result
from rnnbench.records.trial import CostTrial, LearningTrial

MEASURED: dict[Measurement, type[CostFigure]] = {
    "train-step-time": TimeRow,
    "inference-time": TimeRow,
    "streaming-time": TimeRow,
    "peak-memory": MemoryRow,
    "memory-timeline": TimelineRow,
    "operations": OperationsRow,
    "instructions": InstructionsRow,
}
"""The kind of row that a measurement gives."""
COMPLETE = ("ok", "stopped")
"""Outcomes of a learning trial that has chosen an epoch, where it has figures."""


def contradiction(result: Result) -> str:
    """The first thing in which a result contradicts itself, in words; "" where it does not."""
    return next(_contradictions(result), "")


def _contradictions(result: Result) -> Iterator[str]:
    yield from (f"{place} is not a finite number" for place in _infinite(result, "the result"))
    if isinstance(result.trial, CostTrial):
        yield from _of_cost(result, result.trial)
    else:
        yield from _of_learning(result, result.trial)


def _of_learning(result: Result, trial: LearningTrial) -> Iterator[str]:
    horizon = trial.dials.get("horizon", 1)
    if not isinstance(horizon, int) or horizon < 1:
        yield f"its horizon is {horizon!r}"
    if result.costs:
        yield "a learning trial has rows of costs"
    if result.learning is None:
        if result.status == "ok" and result.size is None:
            yield "its status is ok, and it has no figures"
        return
    yield from _of_metrics(result.learning)
    yield from _of_curve(result.learning, trial)
    if result.status in COMPLETE:
        yield from _of_the_end(result.learning, trial)
    for name, diagnosed in result.learning.diagnoses.items():
        for diagnosis in (diagnosed.fresh, diagnosed.trained):
            yield from _of_diagnosis(name, diagnosis)


def _of_metrics(learning: Learning) -> Iterator[str]:
    names = [metric.name for metric in learning.metrics]
    if not names:
        yield "it names no metric"
    if len(set(names)) < len(names):
        yield f"two of its metrics have one name: {', '.join(names)}"
    for split, scores in (("test", learning.test), ("trivial", learning.trivial)):
        for name in scores:
            if name not in names:
                yield (
                    f"it has a {split} score of '{name}', which is none of its metrics:"
                    f" {', '.join(names)}"
                )


def _of_curve(learning: Learning, trial: LearningTrial) -> Iterator[str]:
    epochs = [epoch.epoch for epoch in learning.curve]
    if epochs != list(range(1, len(epochs) + 1)):
        yield "the epochs of its curve do not count up from 1"
    if learning.epochs_run != len(epochs):
        yield f"it ran {learning.epochs_run} epochs, and its curve has {len(epochs)}"
    if learning.epochs_run > trial.recipe.epochs:
        yield f"it ran {learning.epochs_run} epochs, and its recipe allows {trial.recipe.epochs}"
    names = {metric.name for metric in learning.metrics}
    for epoch in learning.curve:
        if learning.metrics and learning.metrics[0].name not in epoch.validation:
            yield (
                f"epoch {epoch.epoch} has no validation score of '{learning.metrics[0].name}',"
                " which decides"
            )
        for name in epoch.validation:
            if name not in names:
                yield (
                    f"epoch {epoch.epoch} has a validation score of '{name}', which is none of its"
                    " metrics"
                )
    for what, epoch_number in (
        ("chosen", learning.chosen_epoch),
        ("solved", learning.epochs_to_target),
    ):
        if epoch_number is not None and not 1 <= epoch_number <= learning.epochs_run:
            yield f"the {what} epoch is {epoch_number}, and it ran {learning.epochs_run}"


def _of_the_end(learning: Learning, trial: LearningTrial) -> Iterator[str]:
    if learning.chosen_epoch is None:
        yield "it ran to its end, and no epoch was chosen"
    if trial.phase == "tuning" or not learning.metrics:
        return
    name = learning.metrics[0].name
    if name not in learning.test and not {"test", f"test {name}"} & set(learning.absent):
        yield f"it has no test score of '{name}', and no reason why"


def _of_diagnosis(name: str, diagnosis: Diagnosis | None) -> Iterator[str]:
    if diagnosis and len(diagnosis.x) != len(diagnosis.y):
        yield f"the curve of '{name}' has {len(diagnosis.x)} places, and {len(diagnosis.y)} values"


def _of_cost(result: Result, trial: CostTrial) -> Iterator[str]:
    if result.learning is not None:
        yield "a cost trial has figures of learning"
    if not trial.cells:
        yield "it measures no cell"
    known = [cell.row for cell in trial.cells]
    found = [row.row for row in result.costs]
    if len(set(found)) < len(found):
        yield f"two of its rows have one name: {', '.join(found)}"
    if result.status == "ok" and not found:
        yield "its status is ok, and it has no figures"
    for row in result.costs:
        if row.row not in known:
            yield f"it has a row of '{row.row}', which is none of its cells: {', '.join(known)}"
        if not isinstance(row, MEASURED[trial.measurement]):
            yield f"the row of '{row.row}' is not one of {trial.measurement}"
        yield from _of_row(row)


def _of_row(row: CostFigure) -> Iterator[str]:
    if isinstance(row, TimeRow):
        if not row.cpu_seconds or len(row.cpu_seconds) != len(row.wall_seconds):
            yield (
                f"the row of '{row.row}' has {len(row.cpu_seconds)} CPU times, and"
                f" {len(row.wall_seconds)} wall times"
            )
        if any(seconds < 0 for seconds in (*row.cpu_seconds, *row.wall_seconds)):
            yield f"the row of '{row.row}' has a time below zero"
    if isinstance(row, TimelineRow) and len(row.seconds) != len(row.bytes):
        yield f"the row of '{row.row}' has {len(row.seconds)} times, and {len(row.bytes)} sizes"


def _infinite(value: Any, place: str) -> Iterator[str]:
    """Where numbers are not finite."""
    if isinstance(value, float):
        if not math.isfinite(value):
            yield place
    elif isinstance(value, Struct):
        for name, key in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield from _infinite(getattr(value, name), key)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _infinite(inner, f"{place} of '{key}'")
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _infinite(inner, place)
