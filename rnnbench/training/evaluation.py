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
from rnnbench.training.answers import ABSENT, best_path, generate, padded, references
from rnnbench.training.closed_loop import continued
from rnnbench.training.losses import on_device
from rnnbench.training.windows import folded, windows

EVALUATION_BATCH = 256
EVALUATION_STREAMS = 16
NAN_OUTPUTS = "the outputs of the model are not numbers"


class Evaluated(NamedTuple):
    """The finite scores by metric, and the reason for each metric without a score."""

    scores: dict[str, float]
    absent: dict[str, str]


def evaluate(model: Model, task: Task, data: Batch, device: torch.device) -> Evaluated:
    """Return the scores of the model's present weights on these data.

    A metric that raises, or is not finite, is absent with the reason. Raises what the task's first
    metric raises, since training depends on it.
    """
    outputs, targets = answers(model, task, data, device)
    if outputs.dtype.kind == "f" and np.isnan(outputs).any():
        # argmax would count the first NaN as the likeliest class
        return Evaluated({}, {metric.name: NAN_OUTPUTS for metric in task.metrics})
    return _scores(task, outputs, targets, data.extra)


def answers(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Return what the model's present weights answer, and the targets, as metrics get them."""
    model.eval()
    answer = {"stream": _stream, "decode": _decode}.get(task.mode, _sequences)
    with torch.inference_mode():
        return answer(model, task, data, device)


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


def _batches(task: Task, data: Batch) -> Iterator[Batch]:
    for start in range(0, len(data), EVALUATION_BATCH):
        index = np.arange(start, min(start + EVALUATION_BATCH, len(data)))
        yield data.take(index).trimmed(targets=task.asks_at_steps)


def _sequences(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Outputs (N, O) and targets (N, ...), at the steps at which the task asks for an answer."""
    if task.loss == "ctc":
        return _labels(model, task, data, device)
    outputs = []
    targets = []
    for batch in _batches(task, data):
        tensors = on_device(batch, device)
        if task.mode == "closed-loop":
            assert batch.prompt is not None
            answers = continued(model, tensors.inputs, int(batch.prompt[0]))
        else:
            answers = model(tensors.inputs, tensors.tokens, tensors.lengths)
        if task.asks_at_steps:
            asked = tensors.asked
            answers = answers.flatten(0, 1) if asked is None else answers[asked]
        outputs.append(answers.cpu().numpy())
        targets.append(_asked_targets(task, batch))
    return np.concatenate(outputs), np.concatenate(targets)


def _labels(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Labels of the best paths and right labels, for CTC: (B, L) padded with -1."""
    paths = []
    targets = []
    for batch in _batches(task, data):
        tensors = on_device(batch, device)
        outputs = model(tensors.inputs, tensors.tokens, tensors.lengths)
        paths.append(best_path(outputs, tensors.lengths).cpu().numpy())
        targets.append(batch.targets)
    labels = padded(targets)
    return padded(paths), np.where(labels > 0, labels, ABSENT)


def _asked_targets(task: Task, batch: Batch) -> Array:
    if not task.asks_at_steps:
        return batch.targets
    if batch.asked is None:
        return batch.targets[np.ones(batch.targets.shape[:2], dtype=bool)]
    return batch.targets[batch.asked]


def _stream(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """Log-probabilities of the targets, and the targets: (N,), with states carried over windows."""
    states = None
    log_probabilities = []
    targets = []
    for window in windows(folded(data, EVALUATION_STREAMS), task.horizon):
        tensors = on_device(window, device)
        outputs, states = model.carry_on(tensors.inputs, tensors.tokens, states)
        of_classes = functional.log_softmax(outputs.double(), dim=-1)
        of_targets = of_classes.gather(-1, tensors.targets[..., None])
        log_probabilities.append(of_targets.flatten().cpu().numpy())
        targets.append(window.targets.ravel())
    return np.concatenate(log_probabilities), np.concatenate(targets)


def _decode(model: Model, task: Task, data: Batch, device: torch.device) -> tuple[Array, Array]:
    """The model's answers and the right ones: tokens (B, L) padded with -1."""
    answers = generate(model, task, data, device, EVALUATION_BATCH)
    return answers, references(data, task.end_token)
