"""A gated cell over all steps in one operator, with its gradient derived by hand.

The mathematics of each cell is in `gated_loop.cpp`, which `rnnbench check` and the cost lane
compare with the loop over steps before its time counts.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rnnbench_cells.fused.library import load_loops

FUSED = "fused"
BLOCKS_APART = "gru"
"""The cell whose last sum keeps its two biases apart, since a gate stands between them."""


class Weights(NamedTuple):
    """Parameters as torch's kernels have them.

    w:     W, (gates * H, I).
    u:     U, (gates * H, H).
    from_x: b, (gates * H,), which goes with W.
    from_h: b', (gates * H,), which goes with U.
    """

    w: Tensor
    u: Tensor
    from_x: Tensor
    from_h: Tensor


def run_fused(
    cell: str, x_BTI: Tensor, weights: Weights, h_BH: Tensor, c_BH: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Run all steps: (B, T, I) to (B, T, H), and the last h and c, (B, H) each.

    cell: "tanh", "relu", "gru" or "lstm", which alone has a c.
    """
    load_loops()
    x_TBI = x_BTI.transpose(0, 1).contiguous()
    first_c_BH = h_BH.new_zeros(h_BH.shape) if c_BH is None else c_BH
    y_TBH, h_BH, c_BH = _Loop.apply(  # type: ignore[no-untyped-call]
        cell, x_TBI, *weights, h_BH.contiguous(), first_c_BH.contiguous()
    )
    return y_TBH.transpose(0, 1), h_BH, c_BH


class _Loop(torch.autograd.Function):
    """The operator with its gradient."""

    @staticmethod
    def forward(ctx: Any, cell: str, x_TBI: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        w, u, from_x, from_h, h_BH, c_BH = rest
        biases = _biases(cell, from_x, from_h)
        h, c, kept = torch.ops.rnnbench_cells.gated_loop(
            cell, x_TBI, w.contiguous(), u.contiguous(), biases, h_BH, c_BH
        )
        ctx.cell = cell
        ctx.save_for_backward(x_TBI, w, u, h, c, kept)
        return h[1:], h[-1].clone(), c[-1].clone() if len(c) else c_BH.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x_TBI, w, u, h, c, kept = ctx.saved_tensors
        needs_dx = ctx.needs_input_grad[1]
        dx, dw, du, db, dh, dc = torch.ops.rnnbench_cells.gated_loop_backward(
            ctx.cell, *(grad.contiguous() for grad in grads), x_TBI, w, u, h, c, kept, needs_dx
        )
        units = u.shape[1]
        if ctx.cell == BLOCKS_APART:
            from_x = torch.cat([db[: 2 * units], db[3 * units :]])
            from_h = db[: 3 * units]
        else:
            from_x = from_h = db
        return None, dx if needs_dx else None, dw, du, from_x, from_h, dh, dc


def _biases(cell: str, from_x: Tensor, from_h: Tensor) -> Tensor:
    """Return the biases of each kept block: those of one sum are added."""
    if cell != BLOCKS_APART:
        return from_x + from_h
    shared = len(from_x) * 2 // 3
    both = from_x[:shared] + from_h[:shared]
    return torch.cat([both, from_x[shared:], from_h[shared:]])
