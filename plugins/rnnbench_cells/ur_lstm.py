"""The long short-term memory with a refined forget gate that starts at many time scales."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.kernels import draw_as_torch

State = tuple[Tensor, Tensor]


class URLSTM(rnnbench.StepCell):
    """c_t = g_t c_{t-1} + (1 - g_t) tanh(s_c), h_t = sigmoid(s_o) tanh(c_t), with a refined gate g.

    The refine gate r_t = sigmoid(s_r) moves the forget gate f_t = sigmoid(s_f) within a band
    around it: g_t = r_t (1 - (1 - f_t)^2) + (1 - r_t) f_t^2. Each sum is s = W x_t + U h_{t-1} + b.
    The state is (h, c) and starts at 0; y_t = h_t.

    source: Gu et al. 2020, arXiv:1910.09890.
    The surprise: r_t = 1/2 gives g_t = f_t, an LSTM whose input gate is 1 - f_t. There is no
    other input gate.

    At the start b_f = log(u / (1 - u)) with u ~ U(1/H, 1 - 1/H), so that forget gates are uniform
    and time scales go up to about H steps, and b_r = -b_f; both are free afterwards. Other biases
    start at 0, weights as in torch's LSTM. The rows are in the order f, r, c, o. Raises
    RnnbenchError for an unknown implementation.
    """

    def __init__(self, input_size: int, hidden_size: int, implementation: str = "eager") -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        draw_as_torch(self, hidden_size)
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))
        lowest = 1 / max(2, hidden_size)
        forget_H = torch.empty(hidden_size).uniform_(lowest, 1 - lowest).logit()
        with torch.no_grad():
            self.bias[:hidden_size] = forget_H
            self.bias[hidden_size : 2 * hidden_size] = -forget_H

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for h and c, (B, H) each."""
        zeros_BH = x_BI.new_zeros(len(x_BI), self.hidden_size)
        return zeros_BH, zeros_BH.clone()

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, 4H), in the order f, r, c, o."""
        return functional.linear(x_BTI, self.weight_ih, self.bias)

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Map W x + b, (B, 4H), and the state (h, c) to the new h, (B, H), and the new (h, c)."""
        h_BH, c_BH = state
        sums_BG = x_BI + functional.linear(h_BH, self.weight_hh)
        f_BH, r_BH, candidate_BH, o_BH = sums_BG.chunk(4, dim=-1)
        f_BH = torch.sigmoid(f_BH)
        r_BH = torch.sigmoid(r_BH)
        g_BH = r_BH * (1 - (1 - f_BH) ** 2) + (1 - r_BH) * f_BH**2
        c_BH = torch.lerp(torch.tanh(candidate_BH), c_BH, g_BH)
        h_BH = torch.sigmoid(o_BH) * torch.tanh(c_BH)
        return h_BH, (h_BH, c_BH)
