"""Checks of a task's data against the contract, so that no kernel has to fail on wrong data."""

from dataclasses import fields
from typing import NamedTuple

import numpy as np

from rnnbench.contracts import Array, Batch, Task
from rnnbench.errors import RnnbenchError
from rnnbench.training.closed_loop import check_closed_loop

ANY = -1
"""In the shape of a layout: an axis of any length."""


class _Layout(NamedTuple):
    """What an array should be: its type, its shape, and the shape in letters for messages."""

    dtype: type
    shape: tuple[int, ...]
    letters: str


def check_batch(task: Task, batch: object) -> None:
    """Raise RnnbenchError, which names the task, where a batch breaks its contract."""
    if not isinstance(batch, Batch):
        raise RnnbenchError(
            f"{task.name}: data should come as rnnbench.Batch, got {type(batch).__name__}"
        )
    _check_has_numbers(task, "inputs", batch.inputs)
    _check_has_numbers(task, "targets", batch.targets)
    _check_inputs(task, batch)
    _check_lengths_and_mask(task, batch)
    if task.mode == "decode":
        _check_decode(task, batch)
    if task.mode == "stream":
        _check_stream(task, batch)
    if task.mode == "closed-loop":
        check_closed_loop(task, batch)
    _check_targets(task, batch)


def check_repeats(task: Task, one: Batch, other: Batch) -> None:
    """Raise RnnbenchError where two batches from equal generators differ.

    Cells would then be trained on different data.
    """
    for field in fields(one):
        if field.name == "extra":
            continue
        first = getattr(one, field.name)
        second = getattr(other, field.name)
        both_absent = first is None and second is None
        if not both_absent and not np.array_equal(first, second):
            raise RnnbenchError(
                f"{task.name}: generate draws from more than the generator it is given"
            )


def _check_has_numbers(task: Task, what: str, array: object) -> None:
    if not isinstance(array, np.ndarray):
        actual = type(array).__name__
    elif array.ndim == 0 or not array.size:
        actual = f"shape {array.shape}"
    else:
        return
    raise RnnbenchError(
        f"{task.name}: {what} should be numpy arrays with numbers in them, got {actual}"
    )


def _check_inputs(task: Task, batch: Batch) -> None:
    count = len(batch)
    if task.vocabulary is not None and batch.tokens is None:
        _check(task, "inputs", batch.inputs, _Layout(np.int64, (count, ANY), "(B, T)"))
        _check_range(task, "inputs", batch.inputs, 0, task.vocabulary)
    elif task.frame_shape is not None:
        frames = _Layout(np.float32, (count, ANY, *task.frame_shape), "(B, T, C, H, W)")
        _check(task, "inputs", batch.inputs, frames)
    else:
        _check(task, "inputs", batch.inputs, _Layout(np.float32, (count, ANY, ANY), "(B, T, I)"))
    if batch.tokens is not None:
        if task.vocabulary is None:
            raise RnnbenchError(f"{task.name}: there are tokens, and the task has no vocabulary")
        _check(task, "tokens", batch.tokens, _Layout(np.int64, (count, batch.steps), "(B, T)"))
        _check_range(task, "tokens", batch.tokens, 0, task.vocabulary)


def _check_lengths_and_mask(task: Task, batch: Batch) -> None:
    count = len(batch)
    if batch.lengths is not None:
        _check(task, "lengths", batch.lengths, _Layout(np.int64, (count,), "(B,)"))
        _check_range(task, "lengths", batch.lengths, 1, batch.steps + 1)
    if batch.mask is not None:
        _check(task, "mask", batch.mask, _Layout(np.bool_, (count, batch.steps), "(B, T)"))
        if not task.asks_at_steps:
            raise RnnbenchError(
                f"{task.name}: a mask says which steps are asked, and the task does not ask at"
                " steps"
            )
        if batch.asked is not None and not batch.asked.any():
            raise RnnbenchError(
                f"{task.name}: the mask leaves no real step at which something is asked"
            )


def _check_decode(task: Task, batch: Batch) -> None:
    lacks_array = batch.prompt is None or batch.mask is None
    if lacks_array or task.loss != "cross-entropy" or task.vocabulary is None:
        raise RnnbenchError(
            f"{task.name}: decoding needs a vocabulary, cross-entropy, a mask and a prompt"
        )
    if task.output_size != task.vocabulary or task.longest_answer < 1:
        raise RnnbenchError(
            f"{task.name}: decoding needs as many outputs as tokens, and a longest answer"
        )
    assert batch.prompt is not None
    _check(task, "prompt", batch.prompt, _Layout(np.int64, (len(batch),), "(B,)"))
    _check_range(task, "prompt", batch.prompt, 1, batch.steps + 1)


def _check_stream(task: Task, batch: Batch) -> None:
    parts = (batch.lengths, batch.mask, batch.prompt)
    has_other_parts = bool(batch.extra) or any(part is not None for part in parts)
    if task.loss != "cross-entropy" or task.readout != "every-step" or has_other_parts:
        raise RnnbenchError(
            f"{task.name}: a stream needs cross-entropy at every step, and takes no lengths,"
            " mask, prompt or extra"
        )


def _check_targets(task: Task, batch: Batch) -> None:
    count = len(batch)
    if task.loss == "ctc":
        if task.readout != "every-step":
            raise RnnbenchError(f"{task.name}: CTC needs outputs at every step")
        _check(task, "targets", batch.targets, _Layout(np.int64, (count, ANY), "(B, L)"))
        _check_range(task, "targets", batch.targets, 0, task.output_size)
        _check_ctc(task, batch)
    elif task.loss == "cross-entropy":
        layout = _Layout(np.int64, (count,), "(B,)")
        if task.asks_at_steps:
            layout = _Layout(np.int64, (count, batch.steps), "(B, T)")
        _check(task, "targets", batch.targets, layout)
        _check_range(task, "targets", batch.targets, 0, task.output_size)
    else:
        layout = _Layout(np.float32, (count, task.output_size), "(B, output_size)")
        if task.asks_at_steps:
            shape = (count, batch.steps, task.output_size)
            layout = _Layout(np.float32, shape, "(B, T, output_size)")
        _check(task, "targets", batch.targets, layout)


def _check_ctc(task: Task, batch: Batch) -> None:
    """Each row starts with its labels, has at least one, and has steps enough for a path."""
    labels = batch.targets > 0
    number = labels.sum(axis=1)
    if (labels[:, 1:] & ~labels[:, :-1]).any():
        raise RnnbenchError(f"{task.name}: a label follows a 0, and a 0 ends the labels of its row")
    if not number.all():
        raise RnnbenchError(f"{task.name}: row {int(np.argmin(number))} has no labels")
    steps = np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
    equals_previous = batch.targets[:, 1:] == batch.targets[:, :-1]
    repeats = (labels[:, 1:] & equals_previous).sum(axis=1)
    needed = number + repeats  # a path has a blank between equal labels
    too_short = steps < needed
    if too_short.any():
        row = int(np.argmax(too_short))
        raise RnnbenchError(
            f"{task.name}: row {row} has {number[row]} labels in {steps[row]} steps, and needs"
            f" {needed[row]}"
        )


def _check_range(task: Task, what: str, array: Array, first: int, end: int) -> None:
    if array.min() < first or array.max() >= end:
        actual = f"{array.min()} to {array.max()}"
        raise RnnbenchError(
            f"{task.name}: {what} should be from {first} to {end - 1}, got {actual}"
        )


def _check(task: Task, what: str, array: Array, layout: _Layout) -> None:
    if array.dtype != layout.dtype or not _has_shape(array, layout.shape):
        raise RnnbenchError(
            f"{task.name}: {what} should be {np.dtype(layout.dtype)} {layout.letters}, got"
            f" {array.dtype} {array.shape}"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise RnnbenchError(f"{task.name}: {what} hold numbers that are not finite")


def _has_shape(array: Array, shape: tuple[int, ...]) -> bool:
    if array.ndim != len(shape):
        return False
    return all(length in (ANY, actual) for length, actual in zip(shape, array.shape, strict=True))
