"""A gated cell over all steps in one operator, with its gradient derived by hand.

The loop is in `gated_loop.cpp`, and the mathematics of each cell in a header beside it, by the
names of `cells.h`. `rnnbench check` and the cost lane compare a fused cell with its default before
its time counts.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

import rnnbench

FUSED = "fused"
SOURCE = Path(__file__).with_name("gated_loop.cpp")
Weights = tuple[Tensor, Tensor, Tensor]
"""W, (gates * H, I), U, (gates * H, H), and the biases, (gates * H,), in the cell's order of gates.

The biases of "gru" are (4 * H,): of r, of z, and of n what goes with U h and what goes with W x.
What else weighs single units follows the biases: beta of "janet", and the peepholes. U is (0, H)
where gates see only the input, and (4 * H, 4 * H) with full gate recurrence.
"""


def run_fused(
    cell: str,
    x_BTI: Tensor,
    weights: Weights,
    h_BH: Tensor,
    c_BH: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run all steps: (B, T, I) to (B, T, H), and the last h and c, (B, H) each.

    cell: "gru-v3", or a name in `cells.h`; the LSTMs have a c.
    h_BH: h before the first step. With full gate recurrence it is h and the gates i, f and o side
          by side, (B, 4 * H), as are the outputs.
    """
    rnnbench.load_operators(SOURCE)
    x_TBI = _with_rows(x_BTI.transpose(0, 1))
    first_c_BH = h_BH.new_zeros(h_BH.shape) if c_BH is None else c_BH
    contiguous = [part.contiguous() for part in (*weights, h_BH, first_c_BH)]
    y_TBH, h_BH, c_BH = _Loop.apply(cell, x_TBI, *contiguous)  # type: ignore[no-untyped-call]
    return y_TBH.transpose(0, 1), h_BH, c_BH


class _Loop(torch.autograd.Function):
    """The operator with its gradient."""

    @staticmethod
    def forward(ctx: Any, cell: str, x_TBI: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        w, u, biases, h_BH, c_BH = rest
        h, c, kept = torch.ops.rnnbench_cells.gated_loop(cell, x_TBI, w, u, biases, h_BH, c_BH)
        ctx.cell = cell
        ctx.save_for_backward(x_TBI, w, u, biases, h, c, kept)
        return h[1:], h[-1].clone(), c[-1].clone() if len(c) else c_BH.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        needs_dx = ctx.needs_input_grad[1]
        dy_TBH, *last = grads
        contiguous = [grad.contiguous() for grad in last]
        dx, *others = torch.ops.rnnbench_cells.gated_loop_backward(
            ctx.cell, _with_rows(dy_TBH), *contiguous, *ctx.saved_tensors, needs_dx
        )
        return None, dx if needs_dx else None, *others


def _with_rows(numbers: Tensor) -> Tensor:
    """Return the numbers with those of a step and a sequence side by side, copied if need be."""
    return numbers if numbers.stride(2) == 1 else numbers.contiguous()
