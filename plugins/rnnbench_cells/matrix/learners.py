"""Cells whose state is a linear model that is trained at each step: TTT-Linear, linear Titans."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.matrix.by_steps import HeadsByStep
from rnnbench_cells.matrix.parts import NORM_EPSILON, unit


class TTTLinear(HeadsByStep):
    """W_t = W_{t-1} - eta_t dl/dW, c_t = c_{t-1} - eta_t dl/dc, y_t = q_t + LN(q_t W_t + c_t).

    Each step trains a linear model, which is the state, by one step of gradient descent on
    l = |k_t + LN(k_t W + c) - v_t|^2 / 2, with eta_t = sigmoid(w x_t) / V a head. LN is a layer
    norm with learned weight and bias. W and c start at learned values. K = V = H / N.

    source: Sun et al. 2024, arXiv:2407.04620, section 2.
    The surprise: gradients are taken at the model of the step before (mini-batches of one), where
    the source takes sixteen steps at once; its state would also hold the steps of the batch.

    heads: N; the layer norm of a head of few units amplifies rounding, hence one by default.
    Errors: `HeadsByStep`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 1,
        implementation: str = "eager",
    ) -> None:
        size = hidden_size // max(heads, 1)
        super().__init__("ttt-linear", hidden_size, heads, max(size, 1), implementation)
        self.projection = nn.Linear(input_size, 3 * hidden_size, bias=False)
        self.rate = nn.Linear(input_size, heads)
        self.weight_start = nn.Parameter(0.02 * torch.randn(heads, size, size))
        self.bias_start = nn.Parameter(torch.zeros(heads, 1, size))
        self.norm_weight = nn.Parameter(torch.ones(heads, 1, size))
        self.norm_bias = nn.Parameter(torch.zeros(heads, 1, size))

    def initial_state(self, x_BI: Tensor) -> tuple[Tensor, Tensor]:
        """Return the learned W, (B, N, V, V), and c, (B, N, 1, V)."""
        batch = len(x_BI)
        return (
            self.weight_start.expand(batch, -1, -1, -1),
            self.bias_start.expand(batch, -1, -1, -1),
        )

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return q, k, v and eta of each head, (B, T, N, 3 V + 1)."""
        maps = torch.unflatten(self.projection(x_BTI), -1, (self.heads, -1))
        rate = torch.sigmoid(self.rate(x_BTI)) / self.value_size
        return torch.cat([maps, rate.unsqueeze(-1)], -1)

    def step(
        self, x_BI: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the output, (B, H), and the new W and c."""
        size = self.value_size
        query, key, value, rate = torch.split(x_BI.unsqueeze(-2), [size, size, size, 1], dim=-1)
        weight, bias = state
        normed, deviation = _standard(key @ weight + bias)
        missed = self.norm_weight * normed + self.norm_bias - (value - key)
        by_normed = missed * self.norm_weight
        common = by_normed.mean(-1, keepdim=True)
        along = normed * (by_normed * normed).mean(-1, keepdim=True)
        gradient = (by_normed - common - along) / deviation
        weight = weight - rate * key.transpose(-1, -2) @ gradient
        bias = bias - rate * gradient
        normed, _ = _standard(query @ weight + bias)
        read = query + self.norm_weight * normed + self.norm_bias
        return read.flatten(1), (weight, bias)


class Titans(HeadsByStep):
    """G_t = eta_t G_{t-1} - theta_t k_t (M_{t-1}^T k_t - v_t)^T, M_t = (1 - alpha_t) M_{t-1} + G_t.

    The output is y_t = M_t^T q_t. Each step trains a linear memory, M, by gradient descent with
    momentum and weight decay on |M^T k_t - v_t|^2 / 2; alpha_t, eta_t and theta_t are sigmoids of
    linear maps of x_t, one number a head each. Queries and keys go through SiLU and are scaled to
    length one. M and G start at 0.

    source: Behrouz et al. 2025, arXiv:2501.00663, section 3.1 (the linear memory).
    The surprise: without momentum, eta_t = 0, this is the gated delta rule with the decay behind
    what is erased.

    heads, key_size: N and K.
    Errors: `HeadsByStep`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        implementation: str = "eager",
    ) -> None:
        super().__init__("titans", hidden_size, heads, key_size, implementation)
        self.sizes = [key_size, key_size, self.value_size]
        self.projection = nn.Linear(input_size, heads * sum(self.sizes), bias=False)
        self.gates = nn.Linear(input_size, 3 * heads)

    def initial_state(self, x_BI: Tensor) -> tuple[Tensor, Tensor]:
        """Return zeros for M and G, (B, N, K, V) each."""
        return self.zeros(x_BI), self.zeros(x_BI)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return q, k, v, alpha, eta and theta of each head, (B, T, N, 2 K + V + 3)."""
        maps = torch.unflatten(self.projection(x_BTI), -1, (self.heads, -1))
        query, key, value = torch.split(maps, self.sizes, dim=-1)
        gates = torch.sigmoid(torch.unflatten(self.gates(x_BTI), -1, (self.heads, 3)))
        return torch.cat(
            [unit(functional.silu(query)), unit(functional.silu(key)), value, gates], -1
        )

    def step(
        self, x_BI: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the output, (B, H), and the new M and G."""
        query, key, value, forget, momentum, rate = torch.split(
            x_BI.unsqueeze(-2), [*self.sizes, 1, 1, 1], dim=-1
        )
        memory, moving = state
        missed = key @ memory - value
        moving = momentum * moving - rate * key.transpose(-1, -2) @ missed
        memory = memory - forget * memory + moving
        return (query @ memory).flatten(1), (memory, moving)


def _standard(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return x with mean 0 and variance 1 over the last axis, and its standard deviation."""
    centred = x - x.mean(-1, keepdim=True)
    deviation = (centred.square().mean(-1, keepdim=True) + NORM_EPSILON).sqrt()
    return centred / deviation, deviation
