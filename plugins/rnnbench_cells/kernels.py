"""torch's kernels, and what their step forms have in common with them: names, shapes and draws of
the parameters."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench

NATIVE = "native"
IMPLEMENTATIONS = (NATIVE, "eager", "compiled")


def check_implementation(cell: str, name: str) -> None:
    """Raises RnnbenchError for an implementation that a cell with a kernel does not have."""
    if name not in IMPLEMENTATIONS:
        there_is = ", ".join(IMPLEMENTATIONS)
        raise rnnbench.RnnbenchError(
            f"{cell}: no implementation called '{name}'. There are: {there_is}."
        )


def refusing_no_steps(kernel: nn.Module) -> nn.Module:
    """The same kernel; a sequence without steps raises ValueError, as in a StepCell, in place of
    RuntimeError."""
    kernel.register_forward_pre_hook(_refuse_no_steps)
    return kernel


def _refuse_no_steps(_: nn.Module, inputs: tuple[Any, ...]) -> None:
    if inputs and inputs[0].shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(inputs[0].shape)}")


class KernelStepCell(rnnbench.StepCell):
    """The step form of a kernel of torch with `gates` gates: its state dict loads into the kernel,
    and the other way.

    weight_ih_l0 (gates * H, I), weight_hh_l0 (gates * H, H), bias_ih_l0 and bias_hh_l0 (gates *
    H,), all drawn from U(-1/sqrt(H), 1/sqrt(H)) in this order, so that the same seed gives the same
    numbers as in the kernel.
    """

    def __init__(self, input_size: int, hidden_size: int, gates: int, implementation: str) -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(gates * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(gates * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(gates * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(gates * hidden_size))
        draw_as_torch(self, hidden_size)

    def initial_state(self, x_BI: Tensor) -> Any:
        """Zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """W x + b of all steps, (B, T, gates * H)."""
        return functional.linear(x_BTI, self.weight_ih_l0, self.bias_ih_l0)

    def from_state(self, h_BH: Tensor) -> Tensor:
        """U h + b', (B, gates * H)."""
        return functional.linear(h_BH, self.weight_hh_l0, self.bias_hh_l0)


def draw_as_torch(module: nn.Module, hidden_size: int) -> None:
    """Every parameter from U(-1/sqrt(H), 1/sqrt(H)), one after the other, as torch's kernels draw
    theirs."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -bound, bound)
