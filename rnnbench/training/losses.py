"""Losses, over the steps at which something is asked; and batches as tensors on a device."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rnnbench.contracts import Batch, Task
from rnnbench.errors import RnnbenchError
from rnnbench.model import tensor


class Tensors(NamedTuple):
    """A batch on a device; absent parts are None."""

    inputs: Tensor
    targets: Tensor
    tokens: Tensor | None
    lengths: Tensor | None
    asked: Tensor | None


def on_device(batch: Batch, device: torch.device) -> Tensors:
    """The arrays of a batch as tensors."""

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
    """The mean loss over all answers; outputs as the model gives them for a whole batch."""
    if task.loss == "ctc":
        return ctc(outputs, batch.targets, batch.lengths)
    targets = batch.targets
    if task.asks_at_steps and batch.asked is not None:
        if not bool(batch.asked.any()):
            raise RnnbenchError(f"{task.name}: a training batch asks nothing at any real step")
        outputs, targets = outputs[batch.asked], targets[batch.asked]
    if task.loss == "squared-error":
        return functional.mse_loss(outputs, targets)
    if task.loss == "binary-cross-entropy":
        return functional.binary_cross_entropy_with_logits(outputs, targets)
    return functional.cross_entropy(outputs.flatten(0, -2), targets.flatten())


def ctc(outputs: Tensor, targets: Tensor, lengths: Tensor | None) -> Tensor:
    """Connectionist temporal classification: (B, T, O) against (B, L) labels, 0 behind the last; 0
    is the blank.

    source: Graves et al. 2006, doi:10.1145/1143844.1143891. A sequence too short for its labels
            counts as zero.
    """
    steps = torch.full((len(outputs),), outputs.shape[1]) if lengths is None else lengths
    log_probabilities_TBO = functional.log_softmax(outputs, dim=-1).transpose(0, 1)
    return functional.ctc_loss(
        log_probabilities_TBO, targets, steps, (targets > 0).sum(dim=1), zero_infinity=True
    )
