"""Consistency of a stored result: its parts must agree on one trial, so that readers can rely on
it.

Every result that this program writes is consistent. One that is not was edited, or made by
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
from rnnbench.records.cost_measurement import Measurement
from rnnbench.records.diagnosis import Diagnosis
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
"""The kind of row that each measurement gives."""
COMPLETE = ("ok", "stopped")
"""Outcomes of learning trials that have chosen an epoch, if they have figures."""


def contradiction(result: Result, *, from_json: bool = False) -> str:
    """Return the first contradiction within a result, in words; "" where there is none.

    from_json: whether it was decoded from JSON, which has finite numbers only.
    """
    return next(_contradictions(result, from_json=from_json), "")


def _contradictions(result: Result, *, from_json: bool) -> Iterator[str]:
    if not from_json:
        for place in _places_not_finite(result, "the result"):
            yield f"{place} is not a finite number"
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
    learning = result.learning
    if learning is None:
        if result.status == "ok" and result.size is None:
            yield "its status is ok, and it has no figures"
        return
    yield from _of_metrics(learning)
    yield from _of_epochs(learning, trial)
    yield from _of_validation_scores(learning)
    yield from _of_epoch_number("chosen", learning.chosen_epoch, learning.epochs_run)
    yield from _of_epoch_number("solved", learning.epochs_to_target, learning.epochs_run)
    if learning.target is None and learning.epochs_to_target is not None:
        yield f"it has no target, and reached it in epoch {learning.epochs_to_target}"
    if result.status in COMPLETE:
        yield from _of_the_end(learning, trial)
    for name, diagnosed in learning.diagnoses.items():
        yield from _of_diagnosis(name, diagnosed.fresh)
        yield from _of_diagnosis(name, diagnosed.trained)


def _of_metrics(learning: Learning) -> Iterator[str]:
    names = [metric.name for metric in learning.metrics]
    if not names:
        yield "it names no metric"
    listed = ", ".join(names)
    if len(set(names)) < len(names):
        yield f"two of its metrics have one name: {listed}"
    for split, scores in (("test", learning.test), ("trivial", learning.trivial)):
        for name in scores:
            if name not in names:
                yield f"it has a {split} score of '{name}', which is none of its metrics: {listed}"


def _of_epochs(learning: Learning, trial: LearningTrial) -> Iterator[str]:
    run = learning.epochs_run
    epochs = [epoch.epoch for epoch in learning.curve]
    if epochs != list(range(1, len(epochs) + 1)):
        yield "the epochs of its curve do not count up from 1"
    if run != len(epochs):
        yield f"it ran {run} epochs, and its curve has {len(epochs)}"
    if run > trial.recipe.epochs:
        yield f"it ran {run} epochs, and its recipe allows {trial.recipe.epochs}"


def _of_epoch_number(name: str, epoch: int | None, run: int) -> Iterator[str]:
    if epoch is not None and not 1 <= epoch <= run:
        yield f"the {name} epoch is {epoch}, and it ran {run}"


def _of_validation_scores(learning: Learning) -> Iterator[str]:
    names = [metric.name for metric in learning.metrics]
    for epoch in learning.curve:
        if names and names[0] not in epoch.validation:
            yield f"epoch {epoch.epoch} has no validation score of '{names[0]}', which decides"
        for name in epoch.validation:
            if name not in names:
                yield (
                    f"epoch {epoch.epoch} has a validation score of '{name}', which is none of its"
                    " metrics"
                )


def _of_the_end(learning: Learning, trial: LearningTrial) -> Iterator[str]:
    if learning.chosen_epoch is None:
        yield "it ran to its end, and no epoch was chosen"
    if trial.phase == "tuning" or not learning.metrics:
        return
    name = learning.metrics[0].name
    explained = {"test", f"test {name}"} & set(learning.absent)
    if name not in learning.test and not explained:
        yield f"it has no test score of '{name}', and no reason why"


def _of_diagnosis(name: str, diagnosis: Diagnosis | None) -> Iterator[str]:
    if diagnosis and len(diagnosis.x) != len(diagnosis.y):
        yield f"the curve of '{name}' has {len(diagnosis.x)} places, and {len(diagnosis.y)} values"


def _of_cost(result: Result, trial: CostTrial) -> Iterator[str]:
    if result.learning is not None:
        yield "a cost trial has figures of learning"
    if not trial.cells:
        yield "it measures no cell"
    measured = [row.row for row in result.costs]
    if len(set(measured)) < len(measured):
        yield f"two of its rows have one name: {', '.join(measured)}"
    if result.status == "ok" and not measured:
        yield "its status is ok, and it has no figures"
    cells = [cell.row for cell in trial.cells]
    for row in result.costs:
        if row.row not in cells:
            yield f"it has a row of '{row.row}', which is none of its cells: {', '.join(cells)}"
        if not isinstance(row, MEASURED[trial.measurement]):
            yield f"the row of '{row.row}' is not one of {trial.measurement}"
        yield from _of_row(row)


def _of_row(row: CostFigure) -> Iterator[str]:
    if isinstance(row, TimeRow):
        cpu = len(row.cpu_seconds)
        wall = len(row.wall_seconds)
        if not cpu or cpu != wall:
            yield f"the row of '{row.row}' has {cpu} CPU times, and {wall} wall times"
        if min((*row.cpu_seconds, *row.wall_seconds), default=0.0) < 0:
            yield f"the row of '{row.row}' has a time below zero"
    if isinstance(row, TimelineRow) and len(row.seconds) != len(row.bytes):
        yield f"the row of '{row.row}' has {len(row.seconds)} times, and {len(row.bytes)} sizes"


def _places_not_finite(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield place
    elif isinstance(value, Struct):
        for name, key in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield from _places_not_finite(getattr(value, name), key)
    elif isinstance(value, dict):
        for key, content in value.items():
            yield from _places_not_finite(content, f"{place} of '{key}'")
    elif isinstance(value, tuple | list):
        for content in value:
            yield from _places_not_finite(content, place)
