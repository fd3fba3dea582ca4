"""The long short-term memory with layer normalisation of inputs, state and cell state."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.kernels import draw_as_torch

State = tuple[Tensor, Tensor]


class LayerNormLSTM(rnnbench.StepCell):
    """i, f, g, o = LN(W x_t) + LN(U h_{t-1}) + b, h_t = sigmoid(o) tanh(LN(c_t)).

    The cell state is c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g). Each LN has a gain and a bias
    of its own, besides b. Shapes: (B, T, I) to (B, T, H); the state is (h, c), with c before its
    norm, and starts at 0.

    source: Ba, Kiros & Hinton 2016, arXiv:1607.06450, equations 20 to 22 of the supplement.
    Equations 15 and 20 disagree on which of alpha and beta is the gain. Gains start at 1 and biases
    at 0 under both readings.

    The surprises: one norm spans all four gates, so a larger sum for one gate shrinks the others.
    The norm of W x_t, which has no bias, removes the scale of the input: a single feature keeps
    only its sign.

    gain:        the gain of all three norms at the start. The source uses 1 and finds it better
                 than 0.1 (section 6.2).
    forget_bias: the start of b at the forget gate (1: Jozefowicz et al. 2015); b starts at 0
                 elsewhere.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        gain: float = 1.0,
        forget_bias: float = 1.0,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        draw_as_torch(self, hidden_size)
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))
        self.norm_input = nn.LayerNorm(4 * hidden_size)
        self.norm_hidden = nn.LayerNorm(4 * hidden_size)
        self.norm_cell = nn.LayerNorm(hidden_size)
        for norm in (self.norm_input, self.norm_hidden, self.norm_cell):
            nn.init.constant_(norm.weight, gain)
        with torch.no_grad():
            self.bias[hidden_size : 2 * hidden_size] = forget_bias

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for h and c, (B, H) each."""
        zeros_BH = x_BI.new_zeros(len(x_BI), self.hidden_size)
        return zeros_BH, zeros_BH.clone()

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return LN(W x) + b of all steps, (B, T, 4H), in the order i, f, g, o."""
        normed_BTG: Tensor = self.norm_input(functional.linear(x_BTI, self.weight_ih))
        return normed_BTG + self.bias

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Map LN(W x) + b, (B, 4H), and the state to the new h, (B, H), and the new (h, c)."""
        h_BH, c_BH = state
        sums_BG = x_BI + self.norm_hidden(functional.linear(h_BH, self.weight_hh))
        i_BH, f_BH, g_BH, o_BH = sums_BG.chunk(4, dim=-1)
        c_BH = torch.sigmoid(f_BH) * c_BH + torch.sigmoid(i_BH) * torch.tanh(g_BH)
        h_BH = torch.sigmoid(o_BH) * torch.tanh(self.norm_cell(c_BH))
        return h_BH, (h_BH, c_BH)
