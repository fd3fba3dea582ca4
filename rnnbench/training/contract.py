"""What a task's data must be like; a mistake there is said in the words of the contract, and not by a kernel."""

import numpy as np

from rnnbench.errors import RnnbenchError
from rnnbench.metric import Array
from rnnbench.task import Batch, Task


def check_batch(task: Task, batch: object) -> None:
    """Raises RnnbenchError, naming the task, where a batch is not what `rnnbench.Batch` says."""
    if not isinstance(batch, Batch):
        raise RnnbenchError(f"{task.name}: data should come as rnnbench.Batch, got {type(batch).__name__}")
    for what, array in (("inputs", batch.inputs), ("targets", batch.targets)):
        if not isinstance(array, np.ndarray) or array.ndim == 0 or not array.size:
            found = f"shape {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
            raise RnnbenchError(f"{task.name}: {what} should be numpy arrays with numbers in them, got {found}")
    count = len(batch.inputs)
    if task.vocabulary is None:
        _check(task, "inputs", batch.inputs, np.float32, (count, -1, -1), "(B, T, I)")
    else:
        _check(task, "inputs", batch.inputs, np.int64, (count, -1), "(B, T)")
        _check_labels(task, "inputs", batch.inputs, task.vocabulary)
    steps, words = ((batch.inputs.shape[1],), "B, T") if task.readout == "every-step" else ((), "B")
    if task.loss == "cross-entropy":
        _check(task, "targets", batch.targets, np.int64, (count, *steps), f"({words}{'' if steps else ','})")
        _check_labels(task, "targets", batch.targets, task.output_size)
    else:
        shape = (count, *steps, task.output_size)
        _check(task, "targets", batch.targets, np.float32, shape, f"({words}, output_size)")


def _check_labels(task: Task, what: str, array: Array, count: int) -> None:
    if array.min() < 0 or array.max() >= count:
        found = f"{array.min()} to {array.max()}"
        raise RnnbenchError(f"{task.name}: {what} should be from 0 to {count - 1}, got {found}")


def check_repeats(task: Task, one: Batch, other: Batch) -> None:
    """Raises RnnbenchError where two batches from equal generators differ: then cells would not see the same data."""
    if not (np.array_equal(one.inputs, other.inputs) and np.array_equal(one.targets, other.targets)):
        raise RnnbenchError(f"{task.name}: generate draws from more than the generator it is given")


def _check(
    task: Task,
    what: str,
    array: Array,
    kind: type,
    shape: tuple[int, ...],
    words: str,
) -> None:
    fits = array.ndim == len(shape) and all(want in (-1, got) for want, got in zip(shape, array.shape, strict=True))
    if array.dtype != kind or not fits:
        found = f"{array.dtype} {array.shape}"
        raise RnnbenchError(f"{task.name}: {what} should be {np.dtype(kind)} {words}, got {found}")
    if not np.isfinite(array).all():
        raise RnnbenchError(f"{task.name}: {what} hold numbers that are not finite")
