"""The figures of a result, each with its kind: what they can be held to."""

from collections.abc import Iterator, Mapping
from math import exp, fsum
from statistics import median

from msgspec import Struct

from rnnbench.compare.circumstances import MODEL, PROCESSOR, VARIABLES
from rnnbench.compare.records import Direction, Kind
from rnnbench.records import (
    CostFigure,
    InstructionsRow,
    Learning,
    MemoryRow,
    MetricNote,
    OperationsRow,
    TimelineRow,
    TimeRow,
)

LAST_BITS = (PROCESSOR, MODEL, VARIABLES, "C library", "python", "torch", "numpy", "device")
"""Circumstances that decide the last bits of a sum."""
COUNTER = ("torch",)
"""It is torch that counts operations; another version may see more of them."""


class Figure(Struct, frozen=True, kw_only=True):
    """A number of a result.

    value:   None for an epoch that was not reached, which is worse than any.
    held_to: circumstances that must be the same for it to be compared.
    """

    name: str
    kind: Kind
    value: int | float | str | None
    unit: str = ""
    direction: Direction = "lower"
    epoch: int | None = None
    held_to: tuple[str, ...] = ()


def learning_figures(learning: Learning) -> Iterator[Figure]:
    """Of a learning trial: exact ones of the model, and what training gave, to the last bit."""
    yield _exact("parameters", learning.parameters)
    yield _exact("numbers in the state", learning.state_floats)
    yield _exact("hidden size", learning.hidden_size, direction="")
    yield _exact(
        "target",
        learning.target,
        learning.metrics[0].unit if learning.metrics else "",
        direction="",
    )
    yield _exact("steps of an epoch", learning.steps_per_epoch, direction="")
    for place, metric in enumerate(learning.metrics):
        role = "decides, " if place == 0 else ""
        meaning = f"{role}{metric.direction} is better, {metric.unit}"
        yield _exact(f"metric {metric.name}", meaning, direction="")
    for point in learning.curve:
        yield _trained("training loss", point.train_loss, epoch=point.epoch)
        yield from _scores("validation", point.validation, learning.metrics, epoch=point.epoch)
    yield from _scores("test", learning.test, learning.metrics)
    yield from (
        _trained(f"trivial {name}", score, direction="") for name, score in learning.trivial.items()
    )
    yield _trained("epochs to target", learning.epochs_to_target, "epochs")
    yield _trained("epochs run", learning.epochs_run, "epochs")
    for name, diagnosed in learning.diagnoses.items():
        for when, diagnosis in (("fresh", diagnosed.fresh), ("trained", diagnosed.trained)):
            if diagnosis is None:
                continue
            if diagnosis.y:
                yield _trained(
                    f"{name}, {when}: mean of its curve",
                    fsum(diagnosis.y) / len(diagnosis.y),
                    direction="",
                )
            for figure, value in diagnosis.figures.items():
                yield _trained(f"{name}, {when}: {figure}", value, direction="")


def cost_figures(row: CostFigure, threads: int) -> Iterator[Figure]:
    """Of one cell in one replicate. Bytes saved for backward are the choice of a kernel, which
    torch and the processor choose; times are medians over the steps, by the clock that is primary
    on so many threads."""
    yield _exact("parameters", row.parameters)
    match row:
        case MemoryRow():
            yield from _memory(row)
        case OperationsRow():
            yield _exact("floating-point operations", row.flops, held_to=COUNTER)
        case InstructionsRow():
            yield _noisy("instructions", row.instructions)
        case TimeRow():
            steps = row.cpu_seconds if threads == 1 else row.wall_seconds
            yield _noisy("time of a step", median(steps), "seconds")
            yield _noisy("ratio to the reference cell", exp(row.log_ratio_to_reference_cell))
            yield _noisy("first call", row.first_call_seconds, "seconds")
            if row.joules is not None:
                yield _noisy("energy of a step", row.joules, "joules")
        case TimelineRow():  # for the eye: its peak is that of the memory row
            pass


def _memory(row: MemoryRow) -> Iterator[Figure]:
    yield _exact("parameter bytes", row.parameter_bytes, "bytes")
    if row.state_bytes is not None:
        yield _exact("state bytes", row.state_bytes, "bytes")
    if row.saved_bytes is not None:
        yield _trained("bytes saved for backward", row.saved_bytes, "bytes")
    if row.peak_bytes is not None:
        yield _noisy("peak of a training step", row.peak_bytes, "bytes")


def _scores(
    split: str,
    scores: Mapping[str, float],
    metrics: tuple[MetricNote, ...],
    epoch: int | None = None,
) -> Iterator[Figure]:
    """Scores by the direction of their metric, also elsewhere (`metric@name`); of one that is
    unknown, by none."""
    known = {metric.name: metric for metric in metrics}
    for name, score in scores.items():
        metric = known.get(name) or known.get(name.partition("@")[0])
        direction: Direction = metric.direction if metric else ""
        yield _trained(f"{split} {name}", score, metric.unit if metric else "", direction, epoch)


def _exact(
    name: str,
    value: float | str,
    unit: str = "",
    direction: Direction = "lower",
    held_to: tuple[str, ...] = (),
) -> Figure:
    return Figure(
        name=name, kind="exact", value=value, unit=unit, direction=direction, held_to=held_to
    )


def _trained(
    name: str,
    value: float | None,
    unit: str = "",
    direction: Direction = "lower",
    epoch: int | None = None,
) -> Figure:
    return Figure(
        name=name,
        kind="deterministic",
        value=value,
        unit=unit,
        direction=direction,
        epoch=epoch,
        held_to=LAST_BITS,
    )


def _noisy(name: str, value: float, unit: str = "") -> Figure:
    return Figure(name=name, kind="noisy", value=value, unit=unit)
