"""The hierarchically gated recurrent unit: a diagonal cell whose forget gate has a lower bound."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps


class HGRN(nn.Module):
    """h_t = f_t h_{t-1} + (1 - f_t) silu(W_i x_t + b_i), y_t = RMSNorm(h_t) silu(W_g x_t + b_g).

    The forget gate is f_t = l + (1 - l) sigmoid(W_f x_t + b_f), between the lower bound l and 1.
    All products are elementwise, and h_0 = 0.

    source: Qin, Yang & Zhong 2023, arXiv:2311.04823.
    The surprise: the state is real, as in the library flash-linear-attention, from which norm and
    gate of the output are taken too. The source turns a complex state by an angle for each unit
    that no input changes. Left out: the linear map of the output.

    lower_bound:    l, at least 0 and below 1. The source learns one for each layer, which begins
                    at 0 in the first layer and grows from layer to layer, so that upper layers
                    keep more. Here it is a constant of the layer.
    implementation: "scan" (parallel) or "loop" (by steps).

    Weights and biases are drawn as in torch's nn.Linear; the gain of the norm starts at 1. The
    rows of `projection` are in the order f, i, g. Raises RnnbenchError for another lower bound and
    for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        lower_bound: float = 0.0,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("hgrn: implementation", implementation, tuple(SCANS))
        if not 0 <= lower_bound < 1:
            raise rnnbench.RnnbenchError(
                f"hgrn: lower_bound should be at least 0 and below 1, got {lower_bound:g}"
            )
        self.implementation = implementation
        self.lower_bound = lower_bound
        self.projection = nn.Linear(input_size, 3 * hidden_size)
        self.norm = nn.RMSNorm(hidden_size, eps=1e-5)

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to outputs, (B, T, H), and the last h, (B, H).

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        forget_BTH, input_BTH, gate_BTH = self.projection(x_BTI).chunk(3, dim=-1)
        free = 1 - self.lower_bound
        keep_BTH = self.lower_bound + free * torch.sigmoid(forget_BTH)
        written_BTH = free * torch.sigmoid(-forget_BTH) * functional.silu(input_BTH)
        if state is None:
            state = torch.zeros_like(written_BTH[:, 0])
        h_BTH = SCANS[self.implementation](keep_BTH, written_BTH, state)
        return self.norm(h_BTH) * functional.silu(gate_BTH), h_BTH[:, -1]
