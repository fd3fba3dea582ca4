"""JANET and FastGRNN: cells with one gate."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.fused.loop import Weights
from rnnbench_cells.fused.step import FusedStepCell
from rnnbench_cells.kernels import draw_as_torch

WEIGHT_STD = 0.1
"""Standard deviation of the weights of FastGRNN at the start, as in the authors' code."""


class JANET(FusedStepCell):
    """h_t = sigmoid(s_t) h_{t-1} + (1 - sigmoid(s_t - beta)) tanh(W x_t + U h_{t-1} + b); h_0 = 0.

    The sum of the forget gate, the only gate, is s_t = W_f x_t + U_f h_{t-1} + b_f; y_t = h_t.

    source: van der Westhuizen & Lasenby 2018, arXiv:1804.04849, section 3.
    The surprise: with beta above 0 the two factors add up to more than 1, so a unit can take in
    more than it forgets. The layer of torchrecurrent learns beta, which is a constant here.

    beta:        shift of the gate on what is written (1 in the source).
    forget_bias: start of b_f.
    chrono:      the longest expected dependency Tmax, in steps, above 2. It replaces `forget_bias`
                 by b_f = log U(1, Tmax - 1) (Tallec & Ollivier 2018, arXiv:1804.11188), as the
                 source has it. 0 turns this initialisation off.
    implementation: "eager" and "compiled" run step by step; "fused" is one operator in C++ over
                 all steps, on a CPU.

    Weights are drawn as in torch's LSTM; b starts at 0. The rows are in the order f, h. Raises
    RnnbenchError for a chrono that is neither 0 nor above 2, and for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        beta: float = 1.0,
        forget_bias: float = 1.0,
        chrono: float = 0.0,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        if chrono and not chrono > 2:
            raise rnnbench.RnnbenchError(
                f"janet: chrono should be 0 (off) or above 2, got {chrono:g}"
            )
        self.beta = beta
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.empty(2 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(2 * hidden_size, hidden_size))
        draw_as_torch(self, hidden_size)
        self.bias = nn.Parameter(torch.zeros(2 * hidden_size))
        forget_H = torch.full((hidden_size,), forget_bias)
        if chrono:
            forget_H.uniform_(1.0, chrono - 1.0).log_()
        with torch.no_grad():
            self.bias[:hidden_size] = forget_H

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def fused_parts(self) -> tuple[str, Weights]:
        """Return W, U, and b with beta for each unit."""
        beta_H = self.bias.new_full((self.hidden_size,), self.beta)
        return "janet", (self.weight_ih, self.weight_hh, torch.cat([self.bias, beta_H]))

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, 2H), in the order f, h."""
        return functional.linear(x_BTI, self.weight_ih, self.bias)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map W x + b, (B, 2H), and h to the new h, (B, H), which is output and state."""
        sums_BG = x_BI + functional.linear(state, self.weight_hh)
        forget_BH, candidate_BH = sums_BG.chunk(2, dim=-1)
        written_BH = torch.sigmoid(self.beta - forget_BH) * torch.tanh(candidate_BH)
        h_BH = torch.addcmul(written_BH, torch.sigmoid(forget_BH), state)
        return h_BH, h_BH


class FastGRNN(rnnbench.StepCell):
    """h_t = z_t h_{t-1} + (zeta (1 - z_t) + nu) tanh(s_t + b_h), z_t = sigmoid(s_t + b_z); h_0 = 0.

    Gate and candidate share one sum, s_t = W x_t + U h_{t-1}; zeta and nu are two learned numbers,
    sigmoids of two parameters. y_t = h_t.

    source: Kusupati et al. 2018, arXiv:1901.02358, section 3; repository microsoft/EdgeML.
    The surprise: one pair of matrices serves gate and candidate, so a cell is about a third of a
    GRU. Low rank, sparsity and quantised weights, by which the source shrinks it further, are left
    out: this is its FastGRNN-LSQ. The layer of torchrecurrent has a tanh for a gate by default.

    zeta: start of the parameter of zeta = sigmoid(...), 1 in the authors' code.
    nu:   start of the parameter of nu = sigmoid(...), -4 in the authors' code.

    As in the authors' code, weights are drawn from N(0, 0.1^2) and biases start at 1. Raises
    RnnbenchError for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        zeta: float = 1.0,
        nu: float = -4.0,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(WEIGHT_STD * torch.randn(hidden_size, input_size))
        self.weight_hh = nn.Parameter(WEIGHT_STD * torch.randn(hidden_size, hidden_size))
        self.bias_gate = nn.Parameter(torch.ones(hidden_size))
        self.bias_candidate = nn.Parameter(torch.ones(hidden_size))
        self.zeta = nn.Parameter(torch.tensor(zeta))
        self.nu = nn.Parameter(torch.tensor(nu))

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x of all steps, (B, T, H)."""
        return functional.linear(x_BTI, self.weight_ih)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map W x, (B, H), and h to the new h, (B, H), which is output and state."""
        sum_BH = x_BI + functional.linear(state, self.weight_hh)
        keep_BH = torch.sigmoid(sum_BH + self.bias_gate)
        write_BH = torch.sigmoid(self.zeta) * (1 - keep_BH) + torch.sigmoid(self.nu)
        h_BH = keep_BH * state + write_BH * torch.tanh(sum_BH + self.bias_candidate)
        return h_BH, h_BH
