"""What `pytest --rnnbench` times of a cell: a training step, an inference, a streaming step.

These are stopwatch figures for an author's own comparisons, before and after; figures to be quoted
come from the cost lane of a suite.
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
BATCH, STEPS, UNITS = 32, 100, 64
FRAME_UNITS, FRAME_STEPS = 8, 10


def start(
    job: str, spec: CellSpec, options: Mapping[str, Option], implementation: str
) -> Callable[[], None]:
    """The job of this name, ready to be called again and again: B = 32, T = 100, H = 64 or the next
    multiple."""
    frames = spec.inputs == "frames"
    units = spec.hidden_size(FRAME_UNITS if frames else UNITS)
    subject = Subject(spec, options, implementation, units=units, dtype=torch.float32)
    steps = min(FRAME_STEPS if frames else STEPS, spec.longest or STEPS)
    cell = subject.build(noise=0, training=job == "train-step")
    x_BT = subject.inputs(batch=BATCH, steps=steps)
    if job == "train-step":
        return partial(
            _train,
            cell,
            x_BT,
            [parameter for parameter in cell.parameters() if parameter.requires_grad],
        )
    if job == "inference":
        return partial(_infer, cell, x_BT, None)
    _, state = run(cell, x_BT[:1, :1])
    return partial(
        _infer, cell, x_BT[:1, :1], detach_state(cell, state) if spec.carries_state else None
    )


def _train(cell: nn.Module, x_BT: Tensor, learned: list[nn.Parameter]) -> None:
    y_BT, _ = run(cell, x_BT)
    if learned:
        torch.autograd.grad(y_BT.abs().mean(), learned, allow_unused=True)


@torch.no_grad()
def _infer(cell: nn.Module, x_BT: Tensor, state: Any) -> None:
    run(cell, x_BT, state)
