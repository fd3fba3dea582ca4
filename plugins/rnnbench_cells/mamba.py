"""Mamba's selective scan (S6): a diagonal state space whose step and maps depend on the input."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.convolution import convolution_or_none
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps

SHORTEST = 1e-3
LONGEST = 1e-1
FLOOR = 1e-4
"""At the start, Delta is drawn between the first two, uniformly by its logarithm, and is never
below the third."""
CHANNELS_PER_RANK = 16
State = tuple[Tensor, ...]


class Mamba(nn.Module):
    """S_t = exp(Delta_t A) S_{t-1} + (Delta_t u_t) B_t^T, y_t = (S_t C_t + D u_t) silu(z_t).

    Each of H channels keeps N numbers: S and A are (H, N), and exp(Delta_t A) is elementwise.
    Delta_t = softplus(W_2 W_1 u_t + b) is one number for each channel; B_t and C_t are linear in
    u_t and serve all channels. The channels are u_t = silu(W_u x_t), and z_t = W_z x_t. S starts
    at 0.

    source: Gu & Dao 2023, arXiv:2312.00752, section 3.2 and algorithm 2.
    The surprise: B_t is multiplied by Delta_t, which is exact for short steps only, while A is
    discretised exactly. The inner width is H, where the block of the source has twice the width of
    its input. Left out: the linear map of the output.

    state_size:     N (16 in the source).
    convolution:    width of a causal convolution between W_u and silu, 4 in the source's block; its
                    last inputs are state. 0: none.
    implementation: "scan" (parallel) or "loop" (by steps).

    At the start -A is 1 to N in each channel, D is 1, b is such that softplus(b) is drawn uniformly
    by its logarithm between 0.001 and 0.1, and W_2 ~ U(-1/sqrt(R), 1/sqrt(R)), where R, a sixteenth
    of H, is the rank of W_2 W_1. Raises RnnbenchError for a state size below 1, for another width
    and for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        state_size: int = 16,
        convolution: int = 0,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("mamba: implementation", implementation, tuple(SCANS))
        if state_size < 1:
            raise rnnbench.RnnbenchError(
                f"mamba: state_size should be 1 or above, got {state_size}"
            )
        self.implementation = implementation
        rank = -(-hidden_size // CHANNELS_PER_RANK)
        self.sizes = [rank, state_size, state_size]
        self.from_input = nn.Linear(input_size, 2 * hidden_size, bias=False)
        self.convolution = convolution_or_none("mamba", hidden_size, convolution)
        self.selection = nn.Linear(hidden_size, sum(self.sizes), bias=False)
        self.step_weight = nn.Parameter(
            torch.empty(hidden_size, rank).uniform_(-1 / math.sqrt(rank), 1 / math.sqrt(rank))
        )
        log_step_H = torch.empty(hidden_size).uniform_(math.log(SHORTEST), math.log(LONGEST))
        step_H = log_step_H.exp().clamp(min=FLOOR)
        self.step_bias = nn.Parameter(step_H + torch.log(-torch.expm1(-step_H)))
        log_rate_N = torch.arange(1, state_size + 1, dtype=torch.get_default_dtype()).log()
        self.log_rate = nn.Parameter(log_rate_N.repeat(hidden_size, 1))
        self.skip = nn.Parameter(torch.ones(hidden_size))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return log -A and D as a group without weight decay, as in the authors' code."""
        return [rnnbench.ParameterGroup([self.log_rate, self.skip], weight_decay=False)]

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S, (B, H N), and for the last inputs of the convolution."""
        s_BS = x_BI.new_zeros(len(x_BI), self.log_rate.numel())
        if self.convolution is None:
            return (s_BS,)
        return s_BS, self.convolution.initial_state(x_BI)

    def forward(self, x_BTI: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Map (B, T, I) to outputs, (B, T, H), the last S and what the convolution carries.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        s_BS, *before = self.initial_state(x_BTI[:, 0]) if state is None else state
        u_BTH, gate_BTH = self.from_input(x_BTI).chunk(2, dim=-1)
        if self.convolution is not None:
            u_BTH, *before = self.convolution(u_BTH, *before)
        u_BTH = functional.silu(u_BTH)
        step_BTR, write_BTN, read_BTN = self.selection(u_BTH).split(self.sizes, dim=-1)
        step_BTH = functional.softplus(
            functional.linear(step_BTR, self.step_weight, self.step_bias)
        )
        keep_BTHN = torch.exp(-step_BTH[..., None] * self.log_rate.exp())
        written_BTHN = (step_BTH * u_BTH)[..., None] * write_BTN[:, :, None]
        scan = SCANS[self.implementation]
        s_BTS = scan(keep_BTHN.flatten(2), written_BTHN.flatten(2), s_BS)
        y_BTH = torch.einsum("bthn,btn->bth", s_BTS.view_as(written_BTHN), read_BTN)
        y_BTH = (y_BTH + self.skip * u_BTH) * functional.silu(gate_BTH)
        return y_BTH, (s_BTS[:, -1], *before)
