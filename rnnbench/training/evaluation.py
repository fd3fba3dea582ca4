"""Evaluation: the scores of a model on data, in the mode that the task names."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from rnnbench.contracts import Array, Batch, Task, compute
from rnnbench.errors import describe
from rnnbench.model import Model
from rnnbench.training.answers import ABSENT, best_path, padded, references, write_on
from rnnbench.training.losses import on_device
from rnnbench.training.windows import folded, windows

EVALUATION_BATCH = 256
EVALUATION_STREAMS = 16
NAN_OUTPUTS = "the outputs of the model are not numbers"


class Evaluated(NamedTuple):
    """Finite scores by metric, and for each metric that has none the reason."""

    scores: dict[str, float]
    absent: dict[str, str]


def evaluate(model: Model, task: Task, data: Batch, device: torch.device) -> Evaluated:
    """Scores of the present weights on these data. Raises what the deciding metric raises; another
    one that raises, or gives no finite number, is absent with the reason."""
    model.eval()
    answer = {"stream": _stream, "decode": _decode}.get(task.mode, _sequences)
    with torch.inference_mode():
        outputs, targets = answer(model, task, data, device)
    if (
        outputs.dtype.kind == "f" and np.isnan(outputs).any()
    ):  # the likeliest class of NaN would be the first one
        return Evaluated({}, {metric.name: NAN_OUTPUTS for metric in task.metrics})
    return _scores(task, outputs, targets, data.extra)


def _scores(task: Task, outputs: Array, targets: Array, extra: Mapping[str, Array]) -> Evaluated:
    scores: dict[str, float] = {}
    absent: dict[str, str] = {}
    for metric in task.metrics:
        try:
            score = compute((metric,), outputs, targets, extra)[metric.name]
        except Exception as error:
            if metric is task.metric:
                raise
            absent[metric.name] = f"raised {describe(error)}"
            continue
        if math.isfinite(score):
            scores[metric.name] = score
        else:
            absent[metric.name] = f"came out as {score}"
    return Evaluated(scores, absent)


def _parts(task: Task, data: Batch) -> Iterator[Batch]:
    for start in range(0, len(data), EVALUATION_BATCH):
        index = np.arange(start, min(start + EVALUATION_BATCH, len(data)))
        yield data.take(index).trimmed(targets=task.asks_at_steps)


def _sequences(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Outputs and targets at the asked steps, (N, O) and (N, ...); for CTC the labels of the best
    paths, (B, L)."""
    outputs, targets = [], []
    for part in _parts(task, data):
        here = on_device(part, device)
        found = model(here.inputs, here.tokens, here.lengths)
        if task.loss == "ctc":
            outputs.append(best_path(found, here.lengths).cpu().numpy())
            targets.append(part.targets)
            continue
        if task.asks_at_steps:
            found = found.flatten(0, 1) if here.asked is None else found[here.asked]
        outputs.append(found.cpu().numpy())
        targets.append(_at_asked(task, part))
    if task.loss == "ctc":
        labels = padded(targets)
        return padded(outputs), np.where(labels > 0, labels, ABSENT)
    return np.concatenate(outputs), np.concatenate(targets)


def _at_asked(task: Task, part: Batch) -> Array:
    if not task.asks_at_steps:
        return part.targets
    asked = np.ones(part.targets.shape[:2], dtype=bool) if part.asked is None else part.asked
    return part.targets[asked]


def _stream(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Log-probabilities of the targets and the targets, (N,), the state carried over all
    windows."""
    states = None
    found, targets = [], []
    for window in windows(folded(data, EVALUATION_STREAMS), task.horizon):
        here = on_device(window, device)
        outputs, states = model.carry_on(here.inputs, here.tokens, states)
        chosen = functional.log_softmax(outputs.double(), dim=-1).gather(
            -1, here.targets[..., None]
        )
        found.append(chosen.flatten().cpu().numpy())
        targets.append(window.targets.ravel())
    return np.concatenate(found), np.concatenate(targets)


def _decode(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Tokens that the model writes behind each prompt, and those it should have written, (B, L)."""
    return write_on(model, task, data, device, EVALUATION_BATCH), references(data, task.end_token)
