"""Losses over the steps at which the task asks for an answer, and batches as tensors."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rnnbench.contracts import Batch, Task
from rnnbench.errors import RnnbenchError
from rnnbench.model import tensor


class Tensors(NamedTuple):
    """A batch as tensors on a device; absent parts are None.

    asked: (B, T), the steps at which the task asks for an answer.
    """

    inputs: Tensor
    targets: Tensor
    tokens: Tensor | None
    lengths: Tensor | None
    asked: Tensor | None


def on_device(batch: Batch, device: torch.device) -> Tensors:
    """Return the arrays of a batch as tensors on a device."""

    def moved(array: object) -> Tensor | None:
        return None if array is None else tensor(array).to(device)  # type: ignore[arg-type]

    return Tensors(
        tensor(batch.inputs).to(device),
        tensor(batch.targets).to(device),
        moved(batch.tokens),
        moved(batch.lengths),
        moved(batch.asked),
    )


def loss_of(task: Task, outputs: Tensor, batch: Tensors) -> Tensor:
    """Return the mean loss over all answers.

    outputs: what the model returns for the whole batch.

    Raises RnnbenchError where the batch asks for an answer at no step.
    """
    if task.loss == "ctc":
        return ctc(outputs, batch.targets, batch.lengths)
    targets = batch.targets
    if task.asks_at_steps and batch.asked is not None:
        if not bool(batch.asked.any()):
            raise RnnbenchError(f"{task.name}: a training batch asks nothing at any real step")
        outputs = outputs[batch.asked]
        targets = targets[batch.asked]
    if task.loss == "squared-error":
        return functional.mse_loss(outputs, targets)
    if task.loss == "binary-cross-entropy":
        return functional.binary_cross_entropy_with_logits(outputs, targets)
    return functional.cross_entropy(outputs.flatten(0, -2), targets.flatten())


def ctc(outputs: Tensor, targets: Tensor, lengths: Tensor | None) -> Tensor:
    """Return the loss of connectionist temporal classification, with label 0 as the blank.

    outputs: (B, T, O).
    targets: (B, L) labels, with 0 after the last one of each row.
    lengths: (B,) real steps of each sequence; None where all steps are real.

    A sequence too short for its labels has a loss of zero.

    source: Graves et al. 2006, doi:10.1145/1143844.1143891.
    """
    steps = torch.full((len(outputs),), outputs.shape[1]) if lengths is None else lengths
    labels = (targets > 0).sum(dim=1)
    log_probabilities_TBO = functional.log_softmax(outputs, dim=-1).transpose(0, 1)
    return functional.ctc_loss(log_probabilities_TBO, targets, steps, labels, zero_infinity=True)
