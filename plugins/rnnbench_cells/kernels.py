"""Cells with a kernel of torch, and their step forms, which share the kernel's parameters."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.fused.loop import FUSED, Weights
from rnnbench_cells.fused.step import FusedStepCell

NATIVE = "native"
IMPLEMENTATIONS = (NATIVE, "eager", "compiled", FUSED)


def check_implementation(cell: str, name: str) -> None:
    """Raise RnnbenchError for an implementation that is not in `IMPLEMENTATIONS`."""
    if name not in IMPLEMENTATIONS:
        known = ", ".join(IMPLEMENTATIONS)
        raise rnnbench.RnnbenchError(
            f"{cell}: no implementation called '{name}'. There are: {known}."
        )


def refusing_no_steps(kernel: nn.Module) -> nn.Module:
    """Return the kernel, which now raises ValueError for a sequence without steps.

    A StepCell raises the same error; torch's kernels raise RuntimeError.
    """
    kernel.register_forward_pre_hook(_refuse_no_steps)
    return kernel


def _refuse_no_steps(_: nn.Module, inputs: tuple[Any, ...]) -> None:
    if inputs and inputs[0].shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(inputs[0].shape)}")


class KernelStepCell(FusedStepCell):
    """A step-by-step cell that exchanges state dicts with a one-layer kernel of torch.

    weight_ih_l0: W, (gates * H, I).
    weight_hh_l0: U, (gates * H, H).
    bias_ih_l0:   b, (gates * H,).
    bias_hh_l0:   b', (gates * H,).

    Parameters are drawn from U(-1/sqrt(H), 1/sqrt(H)) in this order, so that one seed gives the
    same numbers as in the kernel. `gates` is 1 for nn.RNN, 3 for nn.GRU and 4 for nn.LSTM.

    implementation: "eager", "compiled", or "fused", which is one operator in C++ over all steps.
    fused_name:     the cell's name there.
    """

    fused_name: str

    def __init__(self, input_size: int, hidden_size: int, gates: int, implementation: str) -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(gates * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(gates * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(gates * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(gates * hidden_size))
        draw_as_torch(self, hidden_size)

    def fused_parts(self) -> tuple[str, Weights]:
        """Return the cell's name in C++, and W, U and b + b'."""
        both = self.bias_ih_l0 + self.bias_hh_l0
        return self.fused_name, (self.weight_ih_l0, self.weight_hh_l0, both)

    def initial_state(self, x_BI: Tensor) -> Any:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, gates * H)."""
        return functional.linear(x_BTI, self.weight_ih_l0, self.bias_ih_l0)

    def from_state(self, h_BH: Tensor) -> Tensor:
        """Return U h + b', (B, gates * H)."""
        return functional.linear(h_BH, self.weight_hh_l0, self.bias_hh_l0)


def draw_as_torch(module: nn.Module, hidden_size: int) -> None:
    """Draw every parameter from U(-1/sqrt(H), 1/sqrt(H)), in order, as torch's kernels do."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -bound, bound)
