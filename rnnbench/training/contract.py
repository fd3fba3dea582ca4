"""What a task's data must be like; a mistake there is said in the words of the contract, and not by
a kernel."""

from dataclasses import fields

import numpy as np

from rnnbench.contracts import Array, Batch, Task
from rnnbench.errors import RnnbenchError

ANY = -1


def check_batch(task: Task, batch: object) -> None:
    """Raises RnnbenchError, naming the task, where a batch is not what `rnnbench.Batch` says."""
    if not isinstance(batch, Batch):
        raise RnnbenchError(
            f"{task.name}: data should come as rnnbench.Batch, got {type(batch).__name__}"
        )
    for what, array in (("inputs", batch.inputs), ("targets", batch.targets)):
        if not isinstance(array, np.ndarray) or array.ndim == 0 or not array.size:
            found = (
                f"shape {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
            )
            raise RnnbenchError(
                f"{task.name}: {what} should be numpy arrays with numbers in them, got {found}"
            )
    _check_inputs(task, batch)
    _check_where(task, batch)
    _check_targets(task, batch)


def _check_inputs(task: Task, batch: Batch) -> None:
    count = len(batch)
    if task.vocabulary is not None and batch.tokens is None:
        _check(task, "inputs", batch.inputs, np.int64, (count, ANY), "(B, T)")
        _check_labels(task, "inputs", batch.inputs, 0, task.vocabulary)
    elif task.frame_shape is not None:
        _check(
            task,
            "inputs",
            batch.inputs,
            np.float32,
            (count, ANY, *task.frame_shape),
            "(B, T, C, H, W)",
        )
    else:
        _check(task, "inputs", batch.inputs, np.float32, (count, ANY, ANY), "(B, T, I)")
    if batch.tokens is not None:
        if task.vocabulary is None:
            raise RnnbenchError(f"{task.name}: there are tokens, and the task has no vocabulary")
        _check(task, "tokens", batch.tokens, np.int64, (count, batch.steps), "(B, T)")
        _check_labels(task, "tokens", batch.tokens, 0, task.vocabulary)


def _check_where(task: Task, batch: Batch) -> None:
    """Lengths, mask and prompt: which steps are real, asked, given."""
    count = len(batch)
    if batch.lengths is not None:
        _check(task, "lengths", batch.lengths, np.int64, (count,), "(B,)")
        _check_labels(task, "lengths", batch.lengths, 1, batch.steps + 1)
    if batch.mask is not None:
        _check(task, "mask", batch.mask, np.bool_, (count, batch.steps), "(B, T)")
        if not task.asks_at_steps:
            raise RnnbenchError(
                f"{task.name}: a mask says which steps are asked, and the task does not ask at"
                " steps"
            )
        if batch.asked is not None and not batch.asked.any():
            raise RnnbenchError(
                f"{task.name}: the mask leaves no real step at which something is asked"
            )
    if task.mode == "decode":
        if (
            batch.prompt is None
            or batch.mask is None
            or task.loss != "cross-entropy"
            or task.vocabulary is None
        ):
            raise RnnbenchError(
                f"{task.name}: decoding needs a vocabulary, cross-entropy, a mask and a prompt"
            )
        if task.output_size != task.vocabulary or task.longest_answer < 1:
            raise RnnbenchError(
                f"{task.name}: decoding needs as many outputs as tokens, and a longest answer"
            )
        _check(task, "prompt", batch.prompt, np.int64, (count,), "(B,)")
        _check_labels(task, "prompt", batch.prompt, 1, batch.steps + 1)
    if task.mode == "stream":
        unheard = [
            what for what in ("lengths", "mask", "prompt") if getattr(batch, what) is not None
        ]
        if task.loss != "cross-entropy" or task.readout != "every-step" or batch.extra or unheard:
            raise RnnbenchError(
                f"{task.name}: a stream needs cross-entropy at every step, and takes no lengths,"
                " mask, prompt or extra"
            )


def _check_targets(task: Task, batch: Batch) -> None:
    count = len(batch)
    if task.loss == "ctc":
        if task.readout != "every-step":
            raise RnnbenchError(f"{task.name}: CTC needs outputs at every step")
        _check(task, "targets", batch.targets, np.int64, (count, ANY), "(B, L)")
        _check_labels(task, "targets", batch.targets, 0, task.output_size)
        _check_ctc(task, batch)
        return
    steps, words = ((batch.steps,), "B, T") if task.asks_at_steps else ((), "B")
    if task.loss == "cross-entropy":
        _check(
            task,
            "targets",
            batch.targets,
            np.int64,
            (count, *steps),
            f"({words}{'' if steps else ','})",
        )
        _check_labels(task, "targets", batch.targets, 0, task.output_size)
    else:
        shape = (count, *steps, task.output_size)
        _check(task, "targets", batch.targets, np.float32, shape, f"({words}, output_size)")


def _check_ctc(task: Task, batch: Batch) -> None:
    """Labels stand at the beginning of a row, there are some, and there is a path for them."""
    labels = batch.targets > 0
    number = labels.sum(axis=1)
    if (labels[:, 1:] & ~labels[:, :-1]).any():
        raise RnnbenchError(
            f"{task.name}: a label stands behind a 0, and a 0 ends the labels of its row"
        )
    if not number.all():
        raise RnnbenchError(f"{task.name}: row {int(np.argmin(number))} has no labels")
    steps = np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
    twins = (labels[:, 1:] & (batch.targets[:, 1:] == batch.targets[:, :-1])).sum(axis=1)
    short = steps < number + twins  # a blank stands between equal labels
    if short.any():
        row = int(np.argmax(short))
        needed = number[row] + twins[row]
        raise RnnbenchError(
            f"{task.name}: row {row} has {number[row]} labels in {steps[row]} steps, and needs"
            f" {needed}"
        )


def _check_labels(task: Task, what: str, array: Array, first: int, end: int) -> None:
    if array.min() < first or array.max() >= end:
        found = f"{array.min()} to {array.max()}"
        raise RnnbenchError(f"{task.name}: {what} should be from {first} to {end - 1}, got {found}")


def check_repeats(task: Task, one: Batch, other: Batch) -> None:
    """Raises RnnbenchError where two batches from equal generators differ: then cells would not see
    the same data."""
    pairs = [
        (getattr(one, f.name), getattr(other, f.name)) for f in fields(one) if f.name != "extra"
    ]
    if not all(np.array_equal(a, b) for a, b in pairs if a is not None or b is not None):
        raise RnnbenchError(f"{task.name}: generate draws from more than the generator it is given")


def _check(
    task: Task, what: str, array: Array, kind: type, shape: tuple[int, ...], words: str
) -> None:
    fits = array.ndim == len(shape) and all(
        want in (ANY, got) for want, got in zip(shape, array.shape, strict=True)
    )
    if array.dtype != kind or not fits:
        found = f"{array.dtype} {array.shape}"
        raise RnnbenchError(f"{task.name}: {what} should be {np.dtype(kind)} {words}, got {found}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise RnnbenchError(f"{task.name}: {what} hold numbers that are not finite")
