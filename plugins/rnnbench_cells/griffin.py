"""The real-gated linear recurrent unit of Griffin and Hawk: a diagonal cell with a gated decay."""

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.convolution import convolution_or_none
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps

SHARPNESS = 8.0
"""c: the decay of a step is a^(c r_t) (section 2.4 of the source)."""
SLOWEST = 0.999
FASTEST = 0.9
"""At the start, a^c is uniform between these two (section 2.4 of the source)."""
State = tuple[Tensor, ...]


class RGLRU(nn.Module):
    """h_t = a_t h_{t-1} + sqrt(1 - a_t^2) (i_t u_t), where a_t = a^(8 r_t); y_t = h_t.

    The gates are r_t = sigmoid(W_a u_t + b_a) and i_t = sigmoid(W_x u_t + b_x), the decay is
    a = sigmoid(Lambda) in (0, 1) for each unit, and u_t = W x_t + b is the linear map before the
    unit. The state starts at 0. The rows of `gates` are in the order r, i.

    source: De et al. 2024, arXiv:2402.19427, section 2.4.
    The surprise: the equation holds from the first step on, where the authors' code writes i_1 u_1
    whole. That code also draws a, and not a^8, from [0.9, 0.999], so its log decays start eight
    times as large as those of the paper, which are taken here; and it has block-diagonal W_a and
    W_x, which are full in the equations. Left out: the GeLU branch that multiplies the output, and
    the last linear map of the block.

    convolution:    width of a causal convolution on u_t, which is 4 in the source's block; its last
                    inputs are state. 0: none.
    implementation: "scan" (parallel) or "loop" (by steps).

    sqrt(1 - a_t^2) is computed from log a_t, and its derivative is finite where a_t rounds to 1.
    W_a and W_x are drawn from N(0, 1/H), their biases are 0. Raises RnnbenchError for another
    width and for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        convolution: int = 0,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("rglru: implementation", implementation, tuple(SCANS))
        self.implementation = implementation
        self.from_input = nn.Linear(input_size, hidden_size)
        self.convolution = convolution_or_none("rglru", hidden_size, convolution)
        self.gates = nn.Linear(hidden_size, 2 * hidden_size)
        nn.init.normal_(self.gates.weight, std=1 / sqrt(hidden_size))
        nn.init.zeros_(self.gates.bias)
        log_decay_H = torch.empty(hidden_size).uniform_(FASTEST, SLOWEST).log() / SHARPNESS
        self.decay = nn.Parameter(-torch.log(torch.expm1(-log_decay_H)))

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for h, (B, H), and for the last inputs of the convolution."""
        h_BH = x_BI.new_zeros(len(x_BI), len(self.decay))
        if self.convolution is None:
            return (h_BH,)
        return h_BH, self.convolution.initial_state(x_BI)

    def forward(self, x_BTI: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Map (B, T, I) to all h, (B, T, H), and the last h with what the convolution carries.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        h_BH, *before = self.initial_state(x_BTI[:, 0]) if state is None else state
        u_BTH = self.from_input(x_BTI)
        if self.convolution is not None:
            u_BTH, *before = self.convolution(u_BTH, *before)
        r_BTH, i_BTH = torch.sigmoid(self.gates(u_BTH)).chunk(2, dim=-1)
        log_a_BTH = SHARPNESS * functional.logsigmoid(self.decay) * r_BTH
        lost_BTH = -torch.expm1(2 * log_a_BTH)
        written_BTH = lost_BTH.clamp(min=torch.finfo(lost_BTH.dtype).tiny).sqrt() * (i_BTH * u_BTH)
        y_BTH = SCANS[self.implementation](log_a_BTH.exp(), written_BTH, h_BH)
        return y_BTH, (y_BTH[:, -1], *before)
