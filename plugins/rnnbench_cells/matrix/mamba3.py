"""Mamba-3: a state space with a rotating state and a trapezoidal rule."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.matrix.memory import Memory, Rule, State
from rnnbench_cells.matrix.parts import HeadNorm, LearnedDecay
from rnnbench_cells.matrix.recurrence import Writes

LEAST_RATE = 1e-4
"""Least -A, so that no head keeps all for ever."""


class Mamba3(Memory):
    """S_t = a_t S_{t-1} + a_t (1 - l_t) D_t b_{t-1} x_{t-1}^T + l_t D_t b_t x_t^T.

    The output is y_t = (S_t^T c_t + d x_t) * silu(W_z u_t). From the input u_t come x_t, the time
    step D_t = softplus(W_D u_t + bias), the decay a_t = exp(-D_t max(softplus(W_A u_t), 1e-4)) and
    the share of the trapezoid l_t = sigmoid(W_l u_t), one number a head each. The keys b_t and c_t
    are shared by the heads, normed, have a bias for each head, and are turned, pair by pair, by the
    angles t_t = t_{t-1} + D_t pi tanh(W_t u_t), so that the state rotates.

    source: Lahoti et al. 2026, arXiv:2603.15569, propositions 1 and 4 (the single-input form).
    The surprise: a rotation by pi turns the sign of what is stored, so that parity is tracked
    without a delta rule; t_t, b_{t-1} and x_{t-1} are part of the state.

    heads, key_size: N and K; K is even.
    Other options and errors: `Memory`; an odd K raises RnnbenchError too.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        implementation: str = "chunk",
    ) -> None:
        rule = Rule(decay="head", writes=2)
        super().__init__("mamba3", hidden_size, heads, key_size, rule, implementation)
        if key_size % 2:
            raise rnnbench.RnnbenchError(f"mamba3: key_size should be even, got {key_size}")
        self.sizes = [
            *(hidden_size, hidden_size),
            *(key_size, key_size),
            *(heads, heads, heads, key_size // 2),
        ]
        self.projection = nn.Linear(input_size, sum(self.sizes), bias=False)
        self.time_bias = nn.Parameter(LearnedDecay(heads, low=1.0).bias.detach().clone())
        self.key_norm = HeadNorm(key_size)
        self.query_norm = HeadNorm(key_size)
        self.key_bias = nn.Parameter(torch.ones(heads, key_size))
        self.query_bias = nn.Parameter(torch.ones(heads, key_size))
        self.skip = nn.Parameter(torch.ones(heads, 1))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return the bias of time steps and d as a group without weight decay."""
        return [rnnbench.ParameterGroup([self.time_bias, self.skip], weight_decay=False)]

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S, (B, N, K, V), b_{t-1}, (B, N, K), x_{t-1}, (B, N, V), and the angles,
        (B, N, K / 2)."""
        batch = len(x_BI)
        key = x_BI.new_zeros(batch, self.heads, self.key_size)
        value = x_BI.new_zeros(batch, self.heads, self.value_size)
        angle = x_BI.new_zeros(batch, self.heads, self.key_size // 2)
        return *super().initial_state(x_BI), key, value, angle

    def prepare(self, x_BTI: Tensor, before: State) -> tuple[Writes, Any, State]:
        """Return the writes for the step before and this one, and what the next one needs."""
        x, gate, key, query, time, rate, share, angle = torch.split(
            self.projection(x_BTI), self.sizes, dim=-1
        )
        value = torch.unflatten(x, -1, (self.heads, self.value_size))
        step = functional.softplus(time.unsqueeze(-1) + self.time_bias)
        log_decay = -step * functional.softplus(rate.unsqueeze(-1)).clamp(min=LEAST_RATE)
        part = torch.sigmoid(share.unsqueeze(-1))
        turned = step * torch.pi * torch.tanh(angle).unsqueeze(-2)
        angles = before[2][:, None] + turned.cumsum(1)
        key = rotated(self.key_norm(key).unsqueeze(-2) + self.key_bias, angles)
        query = rotated(self.query_norm(query).unsqueeze(-2) + self.query_bias, angles)
        key_before = torch.cat([before[0][:, None], key[:, :-1]], 1)
        value_before = torch.cat([before[1][:, None], value[:, :-1]], 1)
        writes = Writes(
            query,
            torch.stack([key_before, key], 2),
            torch.stack(
                [log_decay.exp() * (1 - part) * step * value_before, part * step * value], 2
            ),
            log_decay=log_decay,
        )
        after = (key[:, -1], value[:, -1], torch.remainder(angles[:, -1], 2 * torch.pi))
        return writes, (value, gate), after

    def finish(self, y_BTNV: Tensor, kept: Any) -> Tensor:
        """Return outputs with the skip, gated."""
        value_BTNV, gate_BTH = kept
        y_BTNV = y_BTNV + self.skip * value_BTNV
        return y_BTNV * functional.silu(gate_BTH).view_as(y_BTNV)


def rotated(x_BTNK: Tensor, angles: Tensor) -> Tensor:
    """Return x with each pair of entries (2 i, 2 i + 1) turned by angle i, (B, T, N, K / 2)."""
    even = x_BTNK[..., 0::2]
    odd = x_BTNK[..., 1::2]
    sine = angles.sin()
    cosine = angles.cos()
    turned = torch.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1)
    return turned.flatten(-2)
