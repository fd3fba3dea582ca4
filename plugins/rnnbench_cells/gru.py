"""Gated recurrent units, with the reset after the recurrent product (torch) or before it."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.fused.loop import Weights
from rnnbench_cells.fused.step import FusedStepCell
from rnnbench_cells.kernels import (
    NATIVE,
    KernelStepCell,
    check_implementation,
    draw_as_torch,
    refusing_no_steps,
)

INPUT_STD = 0.01


class StepGRU(KernelStepCell):
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, n_t = tanh(W x_t + b + r_t (U h_{t-1} + b')), by steps.

    source: Cho et al. 2014, arXiv:1406.1078v1.
    The parameters are those of torch's nn.GRU, with rows in the order r, z, n.
    """

    def __init__(self, input_size: int, hidden_size: int, implementation: str = "eager") -> None:
        super().__init__(input_size, hidden_size, 3, implementation)

    def fused_parts(self) -> tuple[str, Weights]:
        """Return W, U, b + b' of both gates, and b' and b of the candidate: r is between them."""
        gates = slice(2 * self.hidden_size)
        candidate = slice(2 * self.hidden_size, None)
        both = self.bias_ih_l0[gates] + self.bias_hh_l0[gates]
        biases = torch.cat([both, self.bias_hh_l0[candidate], self.bias_ih_l0[candidate]])
        return "gru", (self.weight_ih_l0, self.weight_hh_l0, biases)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        for_r, for_z, for_n = x_BI.chunk(3, dim=-1)
        from_r, from_z, from_n = self.from_state(state).chunk(3, dim=-1)
        reset_BH = torch.sigmoid(for_r + from_r)
        update_BH = torch.sigmoid(for_z + from_z)
        h_BH = torch.lerp(torch.tanh(for_n + reset_BH * from_n), state, update_BH)
        return h_BH, h_BH


def build_gru(input_size: int, hidden_size: int, implementation: str = NATIVE) -> nn.Module:
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, n_t = tanh(W x_t + b + r_t (U h_{t-1} + b')).

    The gates are r_t, z_t = sigmoid(W x_t + b + U h_{t-1} + b'), each with its own weights.
    Shapes: (B, T, I) to (B, T, H); the state h starts at 0.

    source: Cho et al. 2014, arXiv:1406.1078v1.
    The surprise: torch and cuDNN reset *after* the product with U, as the first version of the
    paper does. The third version resets before it; that cell is `gru-v3`.

    implementation: "native" is torch's kernel; "eager" and "compiled" run step by step; "fused" is
                    one operator in C++ over all steps, on a CPU.

    Raises RnnbenchError for an unknown implementation.
    """
    check_implementation("gru", implementation)
    if implementation != NATIVE:
        return StepGRU(input_size, hidden_size, implementation)
    return refusing_no_steps(nn.GRU(input_size, hidden_size, batch_first=True))


class GRUv3(FusedStepCell):
    """h_t = z_t h_{t-1} + (1 - z_t) tanh(W x_t + U (r_t h_{t-1}) + b), with the reset before U.

    The gates are r_t, z_t = sigmoid(W x_t + U h_{t-1} + b), each with its own weights.
    Shapes: (B, T, I) to (B, T, H); the state h starts at 0.

    source: Cho et al. 2014, arXiv:1406.1078v3, equations 5 to 8, which omit the biases.
    The surprise: the reset comes *before* the product with U. The candidate's product has to wait
    for the gates, and a second bias would be redundant. The cell `gru` resets after the product.

    orthogonal: whether each U starts orthogonal, W from N(0, 0.01^2) and biases at 0, as in the
                source (appendix on the encoder-decoder). False draws every parameter from
                U(-1/sqrt(H), 1/sqrt(H)), as torch's GRU does.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        orthogonal: bool = True,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.empty(3 * hidden_size))
        draw_as_torch(self, hidden_size)
        if orthogonal:
            nn.init.normal_(self.weight_ih, std=INPUT_STD)
            for gate in self.weight_hh.detach().chunk(3):
                nn.init.orthogonal_(gate)
            nn.init.zeros_(self.bias)

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def fused_parts(self) -> tuple[str, Weights]:
        """Return W, U and b."""
        return "gru-v3", (self.weight_ih, self.weight_hh, self.bias)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, 3H), in the order r, z, candidate."""
        return functional.linear(x_BTI, self.weight_ih, self.bias)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        for_gates, for_candidate = x_BI.tensor_split([2 * self.hidden_size], dim=-1)
        to_gates, to_candidate = self.weight_hh.tensor_split([2 * self.hidden_size])
        reset_BH, update_BH = torch.sigmoid(for_gates + functional.linear(state, to_gates)).chunk(
            2, dim=-1
        )
        candidate_BH = torch.tanh(for_candidate + functional.linear(reset_BH * state, to_candidate))
        h_BH = torch.lerp(candidate_BH, state, update_BH)
        return h_BH, h_BH
