"""Layers around cells: a cell alone, or in a residual block. Each hands the state of its cell
on."""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

MLP_EXPANSION = 2


class Bare(nn.Module):
    """A cell and nothing else: (B, T, I) to (B, T, H)."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        y_BTH, state = self.cell(x_BTI) if state is None else self.cell(x_BTI, state)
        return y_BTH, state


class Residual(nn.Module):
    """x + W cell(norm(x)), then x + MLP(norm(x)); W is the identity where the cell's outputs are as
    wide as x.

    The pre-norm block of recent language models (De et al. 2024, arXiv:2402.19427, section 2.1),
    norms as in Ba et al. 2016, arXiv:1607.06450.
    """

    def __init__(self, cell: nn.Module, width: int, cell_outputs: int) -> None:
        super().__init__()
        self.before_cell, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.cell = cell
        self.back = nn.Identity() if cell_outputs == width else nn.Linear(cell_outputs, width)
        self.mlp = GatedMLP(width)

    def forward(self, x_BTH: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        normed_BTH = self.before_cell(x_BTH)
        y_BTO, state = self.cell(normed_BTH) if state is None else self.cell(normed_BTH, state)
        x_BTH = x_BTH + self.back(y_BTO)
        return x_BTH + self.mlp(self.before_mlp(x_BTH)), state


class GatedMLP(nn.Module):
    """W3 (silu(W1 x) * W2 x), inner width twice that of x.

    source: Shazeer 2020, arXiv:2002.05202, equation 6.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gate_and_value = nn.Linear(width, 2 * MLP_EXPANSION * width)
        self.out = nn.Linear(MLP_EXPANSION * width, width)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.gate_and_value(x).chunk(2, dim=-1)
        return self.out(functional.silu(gate) * value)  # type: ignore[no-any-return]
