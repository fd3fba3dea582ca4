"""Cells with a kernel of torch, and their step forms, which share the kernel's parameters."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.fused.library import load_loops
from rnnbench_cells.fused.loop import FUSED, Weights, run_fused

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


def refuse_no_steps(x_BTI: Tensor) -> None:
    """Raise ValueError for a sequence without steps."""
    if x_BTI.shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")


def _refuse_no_steps(_: nn.Module, inputs: tuple[Any, ...]) -> None:
    if inputs:
        refuse_no_steps(inputs[0])


class KernelStepCell(rnnbench.StepCell):
    """A step-by-step cell that exchanges state dicts with a one-layer kernel of torch.

    weight_ih_l0: W, (gates * H, I).
    weight_hh_l0: U, (gates * H, H).
    bias_ih_l0:   b, (gates * H,).
    bias_hh_l0:   b', (gates * H,).

    Parameters are drawn from U(-1/sqrt(H), 1/sqrt(H)) in this order, so that one seed gives the
    same numbers as in the kernel. `gates` is 1 for nn.RNN, 3 for nn.GRU and 4 for nn.LSTM.

    implementation: "eager", "compiled", or "fused", which is one operator in C++ over all steps.
    """

    def __init__(self, input_size: int, hidden_size: int, gates: int, implementation: str) -> None:
        is_fused = implementation == FUSED
        super().__init__("eager" if is_fused else implementation)
        if is_fused:
            load_loops()
            self.implementation = FUSED
        self.hidden_size = hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(gates * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(gates * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(gates * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(gates * hidden_size))
        draw_as_torch(self, hidden_size)

    def fused_cell(self) -> str:
        """Return the name of the cell in C++."""
        raise NotImplementedError

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Run all steps: (B, T, I) to (B, T, H) and the state after the last step."""
        if self.implementation != FUSED:
            return super().forward(x_BTI, state)
        refuse_no_steps(x_BTI)
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        weights = Weights(self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0)
        has_cell_state = isinstance(state, tuple)
        states = state if has_cell_state else (state,)
        y_BTH, h_BH, c_BH = run_fused(self.fused_cell(), x_BTI, weights, *states)
        return y_BTH, (h_BH, c_BH) if has_cell_state else h_BH

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
