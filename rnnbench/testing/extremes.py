"""The check that figures stay finite."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench.state import tensors_of
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, run

LARGE = 1e4
LONG_STEPS = 1000
LONG_FRAME_STEPS = 50


def stays_finite(subject: Subject) -> str:
    """Inputs of +-1e4, and long constant inputs, leave outputs and states of the initial cell
    finite in float32."""
    subject = subject.changed(dtype=torch.float32)
    cell = subject.build(noise=0)
    for description, x_BT in _extreme_inputs(subject):
        y_BT, state = run(cell, x_BT)
        _demand_finite_outputs(description, y_BT, state)
        _demand_finite_gradients(description, cell, y_BT)
    return ""


def _extreme_inputs(subject: Subject) -> Iterator[tuple[str, Tensor]]:
    large_BT = LARGE * subject.inputs().sign()
    steps = subject.long_steps(LONG_STEPS, LONG_FRAME_STEPS)
    yield "inputs of +-1e4", large_BT
    yield f"{steps} inputs of 1", torch.ones_like(subject.inputs(batch=1, steps=steps))
    yield "inputs of 0", 0 * large_BT


def _demand_finite_outputs(description: str, y_BT: Tensor, state: Any) -> None:
    named = {"outputs": y_BT}
    for number, tensor in enumerate(tensors_of(state)):
        named[f"state tensor {number}"] = tensor
    for name, tensor in named.items():
        broken = (~torch.isfinite(tensor)).sum().item()
        if broken:
            fail(
                f"with {description} {broken} of {tensor.numel()} numbers of the {name} are not"
                " finite"
            )


def _demand_finite_gradients(description: str, cell: nn.Module, y_BT: Tensor) -> None:
    trainable = [parameter for parameter in cell.parameters() if parameter.requires_grad]
    if not y_BT.requires_grad or not trainable:
        return
    for gradient in torch.autograd.grad(y_BT.abs().mean(), trainable, allow_unused=True):
        if gradient is not None and not torch.isfinite(gradient).all():
            fail(f"with {description} the outputs are finite, and a gradient is not")
