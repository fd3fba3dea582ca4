"""Closed loops: behind its prompt a model reads its own forecasts in place of the series."""

import numpy as np
import torch
from torch import Tensor

from rnnbench.contracts import Batch, Task
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model
from rnnbench.state import tensors_of

LARGEST = 1e6
"""A forecast in a closed loop that is beyond this, or no number, counts as this."""


def check_closed_loop(task: Task, batch: Batch) -> None:
    """Raise RnnbenchError where a batch cannot be continued by a model's own outputs."""
    same_prompt = batch.prompt is not None and len(np.unique(batch.prompt)) == 1
    if not same_prompt or task.loss != "squared-error" or task.readout != "every-step":
        raise RnnbenchError(
            f"{task.name}: a closed loop needs squared errors at every step, and prompts of one"
            " length"
        )
    if task.vocabulary is not None or batch.inputs.shape[2:] != (task.output_size,):
        raise RnnbenchError(
            f"{task.name}: a closed loop needs as many features as outputs, and no tokens"
        )
    assert batch.prompt is not None
    if not 1 <= batch.prompt[0] <= batch.steps:
        raise RnnbenchError(
            f"{task.name}: prompt should be from 1 to {batch.steps}, got {batch.prompt[0]}"
        )


def continued(model: Model, inputs: Tensor, prompt: int) -> Tensor:
    """Return the outputs at every step, (B, T, O), of which the first `prompt` steps are given.

    Each later input is the output before it. The states are carried from step to step; a model with
    a cell that has no state reads everything again at each step.
    """
    seen = inputs[:, :prompt]
    outputs, states = model.carry_on(seen, None, None)
    carries_states = all(tensors_of(state) for state in states)
    parts = [outputs]
    for _ in range(prompt, inputs.shape[1]):
        forecast = _bounded(parts[-1][:, -1:])
        if carries_states:
            outputs, states = model.carry_on(forecast, None, states)
        else:
            seen = torch.cat([seen, forecast], dim=1)
            outputs, _ = model.carry_on(seen, None, None)
        parts.append(_bounded(outputs[:, -1:]))
    return torch.cat(parts, dim=1)


def _bounded(forecast: Tensor) -> Tensor:
    return torch.nan_to_num(forecast, nan=LARGEST).clamp(-LARGEST, LARGEST)
