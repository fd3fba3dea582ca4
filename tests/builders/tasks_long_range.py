"""Readers of what a task asks for."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rnnbench import Batch, GeneratedTask, score
from rnnbench.records import Recipe
from rnnbench.training import open_feed
from tests.builders.records import learning_trial

Array = NDArray[Any]
Reader = Callable[[GeneratedTask, Array], Array]
"""From the task and windows (N, k, ...) to answers (N, O)."""
OUTSIDE = -1


def asked_at(task: GeneratedTask, batch: Batch) -> tuple[Array, Array]:
    """Rows and steps of the questions."""
    if task.readout == "every-step":
        asked = np.ones(batch.inputs.shape[:2], bool) if batch.asked is None else batch.asked
        rows, steps = np.nonzero(asked)
        return rows, steps
    lengths = np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
    return np.arange(len(batch)), lengths - 1


def windows(task: GeneratedTask, batch: Batch, steps: int) -> Array:
    """What a reader of the last steps sees at each question, (N, k, ...); OUTSIDE before the
    sequence begins."""
    rows, last = asked_at(task, batch)
    places = last[:, None] - np.arange(steps)[::-1]
    seen = batch.inputs[rows[:, None], np.maximum(places, 0)]
    seen[places < 0] = OUTSIDE
    return seen


def blind(task: GeneratedTask, reader: Reader, batch: Batch, steps: int) -> float:
    """The score of a reader of the last steps."""
    answers = reader(task, windows(task, batch, steps))
    if task.readout == "every-step":
        outputs = np.zeros((*batch.targets.shape[:2], task.output_size))
        outputs[asked_at(task, batch)] = answers
        answers = outputs
    return score(task.metrics, answers, batch)[task.metric.name]


def one_hot(answers: Array | Sequence[int], size: int) -> Array:
    table: Array = np.eye(size)
    return np.asarray(table[np.asarray(answers, dtype=int)])


def splits_of(task: GeneratedTask) -> list[set[bytes]]:
    """The sequences of an epoch of training, of validation and of test, as the harness draws
    them."""
    recipe = msgspec.structs.replace(
        Recipe(), steps_per_epoch=20, validation_examples=200, test_examples=200
    )
    feed = open_feed(
        task, learning_trial(task=task.name, dials={"horizon": task.horizon}, recipe=recipe), {}
    )
    parts = [list(feed.epoch()), [feed.validation], [feed.test]]
    return [_sequences(part) for part in parts]


def _sequences(batches: Iterable[Batch]) -> set[bytes]:
    rows = chain.from_iterable(batch.inputs for batch in batches)
    return {row.tobytes() for row in rows}
