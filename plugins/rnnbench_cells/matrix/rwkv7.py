"""RWKV-7: a matrix memory whose decays, erased keys and written keys differ by channel."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.matrix.memory import Memory, Rule, State
from rnnbench_cells.matrix.parts import unit
from rnnbench_cells.matrix.recurrence import Writes

NORM_EPSILON = 64e-5
LEAST_LOG_DECAY = -math.exp(-0.5)
"""No channel decays by more than exp(-exp(-1/2)) = .545 a step."""
MIXES = 6
"""Receptance, decay, key, value, in-context rate, output gate: each has its own mix of steps."""


class LowRank(nn.Module):
    """b + W_2 f(W_1 x), of rank R."""

    def __init__(self, inputs: int, outputs: int, rank: int, inner: nn.Module, bias: bool) -> None:
        super().__init__()
        self.down = nn.Linear(inputs, rank, bias=False)
        self.inner = inner
        self.up = nn.Linear(rank, outputs, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., I) to (..., outputs)."""
        return self.up(self.inner(self.down(x)))  # type: ignore[no-any-return]


class RWKV7(Memory):
    """S_t = diag(w_t) S_{t-1} - (a_t * c_t) (c_t^T S_{t-1}) + k'_t v_t^T, y_t = S_t^T r_t.

    r, k and v are linear in x_t; w_t = exp(-exp(-1/2) sigmoid(b + W_2 tanh(W_1 x_t))) decays each
    channel; a_t = sigmoid(b + A_2 A_1 x_t) is the in-context learning rate; the erased key
    c_t = k_t * xi, is scaled to length one, and the written key is
    k'_t = k_t * (1 + (a_t - 1) * alpha). The output of each head is normed, gets the bonus
    (r_t . (k'_t * rho)) v_t, and is gated by G_2 sigmoid(G_1 x_t).

    source: Peng et al. 2025, arXiv:2503.14456, section 4, and the authors' code.
    The surprise: what is erased and what is written go to different keys, so that S_{t-1} meets a
    matrix that is no longer symmetric.
    Left out: the mixing of the value with that of the first layer.

    heads, key_size: N and K; the source has K = V = 64.
    rank:            R of all low-rank maps.
    token_shift:     whether each map sees its own mix of x_{t-1} and x_t, as in the source;
                     x_{t-1} is part of the state then.
    Other options and errors: `Memory`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        rank: int = 16,
        token_shift: bool = False,
        implementation: str = "chunk",
    ) -> None:
        rule = Rule(decay="row", erases=True, writes=2)
        super().__init__("rwkv7", hidden_size, heads, key_size, rule, implementation)
        keys = heads * key_size
        self.mix = nn.Parameter(torch.rand(MIXES, input_size)) if token_shift else None
        self.receptance = nn.Linear(input_size, keys, bias=False)
        self.key = nn.Linear(input_size, keys, bias=False)
        self.value = nn.Linear(input_size, hidden_size, bias=False)
        self.decay = LowRank(input_size, keys, rank, nn.Tanh(), bias=True)
        self.rate = LowRank(input_size, keys, rank, nn.Identity(), bias=True)
        self.gate = LowRank(input_size, hidden_size, rank, nn.Sigmoid(), bias=False)
        with torch.no_grad():
            self.decay.up.bias.copy_(torch.linspace(-6.5, -1.5, keys))
            self.rate.up.bias.zero_()
        self.erase_scale = nn.Parameter(torch.full((heads, key_size), 0.85))
        self.rate_scale = nn.Parameter(torch.ones(heads, key_size))
        self.bonus = nn.Parameter(torch.zeros(heads, key_size))
        self.norm_weight = nn.Parameter(torch.ones(hidden_size))
        self.norm_bias = nn.Parameter(torch.zeros(hidden_size))

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S, (B, N, K, V), and with token shift for x_{t-1}, (B, I)."""
        memory = super().initial_state(x_BI)
        return memory if self.mix is None else (*memory, torch.zeros_like(x_BI))

    def prepare(self, x_BTI: Tensor, before: State) -> tuple[Writes, Any, State]:
        """Return the erasing and the adding write of each step, and x_{t-1} for the next one."""
        inputs = [x_BTI] * MIXES
        if self.mix is not None:
            previous_BTI = torch.cat([before[0][:, None], x_BTI[:, :-1]], 1)
            inputs = [x_BTI + (previous_BTI - x_BTI) * mix_I for mix_I in self.mix]
            before = (x_BTI[:, -1],)
        shape = (self.heads, self.key_size)
        receptance = torch.unflatten(self.receptance(inputs[0]), -1, shape)
        decay = torch.unflatten(self.decay(inputs[1]), -1, shape)
        log_decay = LEAST_LOG_DECAY * torch.sigmoid(decay)
        key = torch.unflatten(self.key(inputs[2]), -1, shape)
        value = torch.unflatten(self.value(inputs[3]), -1, (self.heads, self.value_size))
        rate = torch.sigmoid(torch.unflatten(self.rate(inputs[4]), -1, shape))
        erased = unit(key * self.erase_scale)
        added = key * (1 + (rate - 1) * self.rate_scale)
        writes = Writes(
            receptance,
            torch.stack([erased * rate, added], 2),
            torch.stack([torch.zeros_like(value), value], 2),
            # The erasing write sees S after its decay, which this takes back.
            torch.stack([erased * (-log_decay).exp(), torch.zeros_like(erased)], 2),
            log_decay,
        )
        bonus = (receptance * added * self.bonus).sum(-1, keepdim=True) * value
        return writes, (bonus, self.gate(inputs[5])), before

    def finish(self, y_BTNV: Tensor, kept: Any) -> Tensor:
        """Return normed outputs with the bonus, gated."""
        bonus_BTNV, gate_BTH = kept
        normed = functional.layer_norm(y_BTNV, y_BTNV.shape[-1:], eps=NORM_EPSILON).flatten(2)
        y_BTH = normed * self.norm_weight + self.norm_bias + bonus_BTNV.flatten(2)
        return (y_BTH * gate_BTH).view_as(y_BTNV)  # type: ignore[no-any-return]
