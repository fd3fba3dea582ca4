"""The answers of a trained model to the test data, on disk: one array, complete or absent."""

from io import BytesIO
from pathlib import Path

import numpy as np
import torch

from rnnbench.contracts import Array, Batch, Task
from rnnbench.errors import DataUnavailable
from rnnbench.model import Model
from rnnbench.store import write_atomically
from rnnbench.training.evaluation import EVALUATION_STREAMS, answers
from rnnbench.training.feed import Feed
from rnnbench.training.windows import folded, windows


def keep_predictions(path: Path | None, model: Model, task: Task, feed: Feed, device: str) -> None:
    """Write what the present weights answer to the test data; nothing where there is no path.

    The array holds outputs at the steps that are asked for, (N, O); of a stream, the
    log-probabilities of the targets in the order of the text, (N,). Raises DataUnavailable where
    the file cannot be written, so that the trial counts as not run.
    """
    if path is None:
        return
    outputs, _ = answers(model, task, feed.test, torch.device(device))
    if task.mode == "stream":
        outputs = in_order(outputs, feed.test, task.horizon)
    content = BytesIO()
    np.save(content, outputs.astype(np.float32))
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content.getvalue())
    except OSError as error:
        raise DataUnavailable(f"{path}: cannot be written: {error.strerror or error}") from error


def in_order(answered: Array, data: Batch, horizon: int) -> Array:
    """Return answers to windows of parallel streams, (N,), in the order of the text, (N,)."""
    streams = folded(data, EVALUATION_STREAMS)
    pieces = []
    taken = 0
    for window in windows(streams, horizon):
        size = len(window) * window.steps
        pieces.append(answered[taken : taken + size].reshape(len(window), window.steps))
        taken += size
    return np.concatenate(pieces, axis=1).ravel()
