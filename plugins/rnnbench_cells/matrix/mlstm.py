"""mLSTM: a matrix memory with exponential input gates and a normaliser."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.matrix.memory import Memory, Rule, State
from rnnbench_cells.matrix.parts import NORM_EPSILON
from rnnbench_cells.matrix.recurrence import Writes

TINY = 1e-12
"""What outputs are divided by at least, after both are divided by exp(m)."""


class _Gates(NamedTuple):
    """What the outputs need: the stabiliser, (B, T, N, 1), and the output gate, (B, T, H)."""

    stabiliser: Tensor
    output: Tensor


class MLSTM(Memory):
    """C_t = f_t C_{t-1} + i_t k_t v_t^T, n_t = f_t n_{t-1} + i_t k_t, y_t = o_t * norm(h_t).

    What is read is h_t = C_t^T q_t / max(|n_t^T q_t|, 1). For each head i_t = exp(w_i x_t + b_i)
    and f_t = sigmoid(w_f x_t + b_f); the output gate is o_t = sigmoid(W_o x_t); k is scaled by
    K^(-1/2). C and n are stored divided by exp(m_t), where
    m_t = max(m_{t-1} + log f_t, log i_t) keeps all numbers small and changes no output.

    source: Beck et al. 2024, arXiv:2405.04517, section 2.3 and appendix A; norm, initial values:
    the authors' code.
    The surprise: gates see x_t alone, as in the paper; the code shows them q, k and v. At the start
    w_i = w_f = 0, b_i ~ N(0, .01), and b_f runs from 3 to 6 over the heads.

    heads, key_size: N and K; the source has K = H / N.
    Other options and errors: `Memory`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        implementation: str = "chunk",
    ) -> None:
        rule = Rule(decay="head", normalised=True)
        super().__init__("mlstm", hidden_size, heads, key_size, rule, implementation)
        self.sizes = [heads * key_size, heads * key_size, hidden_size, hidden_size]
        self.projection = nn.Linear(input_size, sum(self.sizes), bias=False)
        self.gates = nn.Linear(input_size, 2 * heads)
        nn.init.zeros_(self.gates.weight)
        with torch.no_grad():
            self.gates.bias[:heads].normal_(std=0.1)
            self.gates.bias[heads:] = torch.linspace(3.0, 6.0, heads)
        self.norm_weight = nn.Parameter(torch.ones(hidden_size))

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for C with n as its last column, (B, N, K, V + 1), and for m, (B, N)."""
        return *super().initial_state(x_BI), x_BI.new_zeros(len(x_BI), self.heads)

    def prepare(self, x_BTI: Tensor, before: State) -> tuple[Writes, Any, State]:
        """Return the writes with stabilised gates, and m after the last step."""
        query, key, value, output = torch.split(self.projection(x_BTI), self.sizes, dim=-1)
        log_input, forget = self.gates(x_BTI).chunk(2, dim=-1)
        log_forget = functional.logsigmoid(forget)
        m_BLN = stabiliser(log_input.detach(), log_forget.detach(), before[0])
        kept = torch.diff(m_BLN, dim=1)
        scale = (log_input - m_BLN[:, 1:]).exp()[:, :, None, :, None]
        shape = (self.heads, self.key_size)
        writes = Writes(
            torch.unflatten(query, -1, shape),
            torch.unflatten(key, -1, (1, *shape)) * scale * self.key_size**-0.5,
            torch.unflatten(value, -1, (1, self.heads, self.value_size)),
            log_decay=(log_forget - kept).unsqueeze(-1),
        )
        return writes, _Gates(m_BLN[:, 1:].unsqueeze(-1), output), (m_BLN[:, -1],)

    def finish(self, y_BTNV: Tensor, kept: Any) -> Tensor:
        """Return outputs divided by the normaliser, normed and gated."""
        floor = (-kept.stabiliser).exp()
        size = torch.maximum(y_BTNV[..., -1:].abs(), floor).clamp(min=TINY)
        h_BTNV = y_BTNV[..., :-1] / size
        normed = functional.layer_norm(h_BTNV, h_BTNV.shape[-1:], eps=NORM_EPSILON)
        gated_BTH = normed.flatten(2) * self.norm_weight * torch.sigmoid(kept.output)
        return gated_BTH.view_as(h_BTNV)


def stabiliser(log_input: Tensor, log_forget: Tensor, before: Tensor) -> Tensor:
    """Return m before the first step and after each, (B, T + 1, N).

    m_t = max(m_{t-1} + log f_t, log i_t) = F_t + max(m_0, max over s <= t of log i_s - F_s), where
    F_t is the sum of log f up to t.
    """
    since = log_forget.cumsum(1)
    largest = torch.maximum((log_input - since).cummax(1).values, before[:, None])
    return torch.cat([before[:, None], since + largest], 1)
