"""Heads with a matrix each that only steps can run, and M2RNN."""

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_count


class HeadsByStep(rnnbench.StepCell):
    """N heads with keys of K and values of V = H / N, given by one step.

    Raises RnnbenchError where heads do not divide H, for sizes below 1, and for an unknown
    implementation.
    """

    def __init__(
        self, name: str, hidden_size: int, heads: int, key_size: int, implementation: str
    ) -> None:
        super().__init__(implementation)
        require_count(f"{name}: heads", heads, least=1)
        require_count(f"{name}: key_size", key_size, least=1)
        if hidden_size % heads:
            raise rnnbench.RnnbenchError(
                f"{name}: hidden size should be a multiple of heads = {heads}, got {hidden_size}"
            )
        self.heads = heads
        self.key_size = key_size
        self.value_size = hidden_size // heads

    def zeros(self, x_BI: Tensor) -> Tensor:
        """Return a matrix of zeros for each head, (B, N, K, V)."""
        return x_BI.new_zeros(len(x_BI), self.heads, self.key_size, self.value_size)


class M2RNN(HeadsByStep):
    """S_t = f_t S_{t-1} + (1 - f_t) tanh(S_{t-1} W + k_t v_t^T), y_t = S_t^T q_t; q by K^(-1/2).

    For each head, f_t = sigmoid(w_f x_t + b) is one number, and W is V x V. S starts at 0.

    source: Mishra et al. 2026, arXiv:2603.14360, and its public code.
    The surprise: the recurrence is not linear, so that no scan can run it; its matrix products are
    as large as those of a chunk. W starts at the identity, where the code draws it from N(0, 1) and
    clips the gradient of S at each step.

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
        super().__init__("m2rnn", hidden_size, heads, key_size, implementation)
        self.sizes = [key_size, key_size, self.value_size]
        self.projection = nn.Linear(input_size, heads * sum(self.sizes), bias=False)
        self.forget = nn.Linear(input_size, heads)
        self.recurrent = nn.Parameter(torch.eye(self.value_size).repeat(heads, 1, 1))

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, N, K, V)."""
        return self.zeros(x_BI)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return q, k, v and the forget gate of each head, (B, T, N, 2 K + V + 1)."""
        maps = torch.unflatten(self.projection(x_BTI), -1, (self.heads, -1))
        return torch.cat([maps, torch.sigmoid(self.forget(x_BTI)).unsqueeze(-1)], -1)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output, (B, H), and the new S."""
        query, key, value, forget = torch.split(x_BI, [*self.sizes, 1], dim=-1)
        added = key.unsqueeze(-1) * value.unsqueeze(-2)
        candidate = torch.tanh(state @ self.recurrent + added)
        state = candidate + forget.unsqueeze(-1) * (state - candidate)
        read = (query.unsqueeze(-2) @ state).squeeze(-2) * self.key_size**-0.5
        return read.flatten(1), state
