"""The jobs that `pytest --rnnbench` times: a training step, an inference, a streaming step.

These are stopwatch times for an author's own comparisons, before and after a change. Figures to be
quoted come from the cost trials of a suite.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench.contracts import CellSpec
from rnnbench.records import Option
from rnnbench.state import detach_state
from rnnbench.testing.subject import Subject, run

JOBS = ("train-step", "inference", "streaming-step")
BATCH = 32
STEPS = 100
UNITS = 64
FRAME_UNITS = 8
FRAME_STEPS = 10


def start(
    job: str, spec: CellSpec, options: Mapping[str, Option], implementation: str
) -> Callable[[], None]:
    """Prepare the job of this name, to be called repeatedly.

    Sizes are B = 32, T = 100, and H = 64 or the next hidden size that the cell accepts.
    """
    frames = spec.inputs == "frames"
    units = spec.hidden_size(FRAME_UNITS if frames else UNITS)
    subject = Subject(spec, options, implementation, units=units, dtype=torch.float32)
    steps = min(FRAME_STEPS if frames else STEPS, spec.longest or STEPS)
    cell = subject.build(noise=0, training=job == "train-step")
    x_BT = subject.inputs(batch=BATCH, steps=steps)
    if job == "train-step":
        trainable = [parameter for parameter in cell.parameters() if parameter.requires_grad]
        return partial(_train, cell, x_BT, trainable)
    if job == "inference":
        return partial(_infer, cell, x_BT, None)
    first_step_1T = x_BT[:1, :1]
    _, state = run(cell, first_step_1T)
    carried = detach_state(cell, state) if spec.carries_state else None
    return partial(_infer, cell, first_step_1T, carried)


def _train(cell: nn.Module, x_BT: Tensor, trainable: list[nn.Parameter]) -> None:
    y_BT, _ = run(cell, x_BT)
    if trainable:
        torch.autograd.grad(y_BT.abs().mean(), trainable, allow_unused=True)


@torch.no_grad()
def _infer(cell: nn.Module, x_BT: Tensor, state: Any) -> None:
    run(cell, x_BT, state)
