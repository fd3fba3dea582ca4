"""The long short-term memory with layer normalisation."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.kernels import draw_as_torch

State = tuple[Tensor, Tensor]


class LayerNormLSTM(rnnbench.StepCell):
    """i, f, g, o = LN(W x_t) + LN(U h_{t-1}) + b;
    c_t = sig(f) c_{t-1} + sig(i) tanh(g);  h_t = sig(o) tanh(LN(c_t)).

    source: Ba, Kiros & Hinton 2016, arXiv:1607.06450, equations 20 to 22 of the supplement (15 and
    20 disagree about which of alpha and beta is the gain; gains begin at 1 and biases at 0 either
    way). b stands beside the three biases of the norms. The state is (h, c), c before its norm.

    The surprises: one norm spans all four gates, so that what one gate gets the others lose. And W
    x_t has no bias before its norm, so that the size of the input is lost: of a single feature only
    the sign is left.

    gain:        of all three norms at the start. The source takes 1 and finds it better than 0.1
                 (section 6.2).
    forget_bias: what b begins with at the forget gate (1: Jozefowicz et al. 2015), 0 elsewhere.
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
        """Zeros, (B, H) each."""
        zeros_BH = x_BI.new_zeros(len(x_BI), self.hidden_size)
        return zeros_BH, zeros_BH.clone()

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """LN(W x) + b of all steps, (B, T, 4H)."""
        normed_BTG: Tensor = self.norm_input(functional.linear(x_BTI, self.weight_ih))
        return normed_BTG + self.bias

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """One step: (B, 4H), (h, c) to h and (h, c)."""
        h_BH, c_BH = state
        sums_BG = x_BI + self.norm_hidden(functional.linear(h_BH, self.weight_hh))
        i_BH, f_BH, g_BH, o_BH = sums_BG.chunk(4, dim=-1)
        c_BH = torch.sigmoid(f_BH) * c_BH + torch.sigmoid(i_BH) * torch.tanh(g_BH)
        h_BH = torch.sigmoid(o_BH) * torch.tanh(self.norm_cell(c_BH))
        return h_BH, (h_BH, c_BH)
