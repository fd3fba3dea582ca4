"""The figures of a result, each with its kind and the circumstances that make it comparable."""

from collections.abc import Iterator, Mapping
from math import exp, fsum
from statistics import median

from msgspec import Struct

from rnnbench.compare.circumstances import MODEL, PROCESSOR, SESSION, VARIABLES
from rnnbench.compare.records import Direction, Kind
from rnnbench.records import (
    CostFigure,
    Diagnosis,
    InstructionsRow,
    Learning,
    MemoryRow,
    MetricNote,
    OperationsRow,
    TimelineRow,
    TimeRow,
    Tolerated,
)

LAST_BITS = (PROCESSOR, MODEL, VARIABLES, "C library", "python", "torch", "numpy", "device")
"""Circumstances that decide the last bits of a sum."""
COUNTER = ("torch",)
"""Torch counts the operations; another version may count more of them."""
ONE_SESSION = (
    *(PROCESSOR, MODEL, "cores", VARIABLES, "C library"),
    *("python", "torch", "numpy", "accelerator", SESSION),
)
"""Circumstances that decide a ratio of times, which moves from one session to another."""


class Figure(Struct, frozen=True, kw_only=True):
    """A number of a result.

    value:     None for an epoch that was not reached, which is worse than any value.
    held_to:   circumstances that must be equal for the figure to be compared.
    tolerated: which tolerance of a gate's policy is that of this figure; None for none.
    """

    name: str
    kind: Kind
    value: int | float | str | None
    unit: str = ""
    direction: Direction = "lower"
    epoch: int | None = None
    held_to: tuple[str, ...] = ()
    tolerated: Tolerated | None = None


def learning_figures(learning: Learning) -> Iterator[Figure]:
    """Yield the figures of a learning trial: exact ones of the model, deterministic ones of its
    training."""
    yield from _model_figures(learning)
    for point in learning.curve:
        yield _deterministic("training loss", point.train_loss, epoch=point.epoch)
        yield from _scores("validation", point.validation, learning.metrics, epoch=point.epoch)
    yield from _scores("test", learning.test, learning.metrics)
    for name, score in learning.trivial.items():
        yield _deterministic(f"trivial {name}", score, direction="")
    if learning.target is not None:
        yield _deterministic("epochs to target", learning.epochs_to_target, "epochs")
    yield _deterministic("epochs run", learning.epochs_run, "epochs")
    for name, diagnosed in learning.diagnoses.items():
        if diagnosed.fresh is not None:
            yield from _diagnosis_figures(f"{name}, fresh", diagnosed.fresh)
        if diagnosed.trained is not None:
            yield from _diagnosis_figures(f"{name}, trained", diagnosed.trained)


def _model_figures(learning: Learning) -> Iterator[Figure]:
    unit = learning.metrics[0].unit if learning.metrics else ""
    yield _exact("parameters", learning.parameters)
    yield _exact("numbers in the state", learning.state_floats)
    yield _exact("hidden size", learning.hidden_size, direction="")
    target = "none" if learning.target is None else learning.target
    yield _exact("target", target, unit, direction="")
    yield _exact("steps of an epoch", learning.steps_per_epoch, direction="")
    for position, metric in enumerate(learning.metrics):
        role = "decides, " if position == 0 else ""
        meaning = f"{role}{metric.direction} is better, {metric.unit}"
        yield _exact(f"metric {metric.name}", meaning, direction="")


def _diagnosis_figures(label: str, diagnosis: Diagnosis) -> Iterator[Figure]:
    if diagnosis.y:
        mean = fsum(diagnosis.y) / len(diagnosis.y)
        yield _deterministic(f"{label}: mean of its curve", mean, direction="")
    for name, value in diagnosis.figures.items():
        yield _deterministic(f"{label}: {name}", value, direction="")


def cost_figures(row: CostFigure, threads: int) -> Iterator[Figure]:
    """Yield the figures of one cell in one replicate of a cost measurement.

    Bytes saved for the backward pass depend on the kernel, which torch and the processor choose, as
    peaks and instructions do. Times are medians over the steps, by the clock that is primary for
    this number of threads.
    """
    yield _exact("parameters", row.parameters)
    match row:
        case MemoryRow():
            yield from _memory(row)
        case OperationsRow():
            yield _exact("floating-point operations", row.flops, held_to=COUNTER)
        case InstructionsRow():
            yield _repeated("instructions", row.instructions, "instructions", "instructions")
        case TimeRow():
            steps = row.cpu_seconds if threads == 1 else row.wall_seconds
            yield _noisy("time of a step", median(steps), "seconds")
            ratio = exp(row.log_ratio_to_reference_cell)
            yield _repeated("ratio to the reference cell", ratio, "time", "time")
            yield _noisy("first call", row.first_call_seconds, "seconds")
            if row.joules is not None:
                yield _noisy("energy of a step", row.joules, "joules")
        case TimelineRow():  # only plotted: its peak is a figure of the memory row
            pass


def _memory(row: MemoryRow) -> Iterator[Figure]:
    yield _exact("parameter bytes", row.parameter_bytes, "bytes")
    if row.state_bytes is not None:
        yield _exact("state bytes", row.state_bytes, "bytes")
    repeated = {
        "bytes saved for backward": row.saved_bytes,
        "bytes allocated in a step": row.allocated_bytes,
        "bytes allocated at once": row.peak_allocated_bytes,
    }
    for name, count in repeated.items():
        if count is not None:
            yield _repeated(name, count, "memory", "bytes", "bytes")
    if row.peak_bytes is not None:
        yield _repeated("peak of a training step", row.peak_bytes, "memory", "peak", "bytes")


def _scores(
    split: str,
    scores: Mapping[str, float],
    metrics: tuple[MetricNote, ...],
    epoch: int | None = None,
) -> Iterator[Figure]:
    """Yield scores with the direction and unit of their metric; an unknown metric has neither.

    Scores on data of another setting of the task are named `metric@setting`.
    """
    known = {metric.name: metric for metric in metrics}
    for name, score in scores.items():
        metric = known.get(name) or known.get(name.partition("@")[0])
        unit = metric.unit if metric else ""
        direction: Direction = metric.direction if metric else ""
        yield _deterministic(f"{split} {name}", score, unit, direction, epoch)


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


def _deterministic(
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


def _repeated(name: str, value: float, kind: Kind, tolerated: Tolerated, unit: str = "") -> Figure:
    held_to = ONE_SESSION if kind == "time" else LAST_BITS
    return Figure(
        name=name, kind=kind, value=value, unit=unit, held_to=held_to, tolerated=tolerated
    )


def _noisy(name: str, value: float, unit: str = "") -> Figure:
    return Figure(name=name, kind="noisy", value=value, unit=unit)
