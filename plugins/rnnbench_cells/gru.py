"""Gated recurrent units: with the reset after the product with U, as torch has it, and before
it."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.kernels import (
    NATIVE,
    KernelStepCell,
    check_implementation,
    draw_as_torch,
    refusing_no_steps,
)

INPUT_STD = 0.01


class StepGRU(KernelStepCell):
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, n_t = tanh(W x_t + b + r_t (U h_{t-1} + b')), one step at
    a time.

    source: Cho et al. 2014, arXiv:1406.1078v1. Parameters as in torch's nn.GRU, in the order r, z,
            n.
    """

    def __init__(self, input_size: int, hidden_size: int, implementation: str = "eager") -> None:
        super().__init__(input_size, hidden_size, 3, implementation)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        for_r, for_z, for_n = x_BI.chunk(3, dim=-1)
        from_r, from_z, from_n = self.from_state(state).chunk(3, dim=-1)
        reset_BH, update_BH = torch.sigmoid(for_r + from_r), torch.sigmoid(for_z + from_z)
        h_BH = torch.lerp(torch.tanh(for_n + reset_BH * from_n), state, update_BH)
        return h_BH, h_BH


def build_gru(input_size: int, hidden_size: int, implementation: str = NATIVE) -> nn.Module:
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, n_t = tanh(W x_t + b + r_t (U h_{t-1} + b')).

    source: Cho et al. 2014, arXiv:1406.1078v1. The surprise: torch resets *after* the product with
    U, which is the variant of the paper's first version and of cuDNN, not that of its third, which
    is `gru-v3`.

    implementation: "native" is torch's kernel, "eager" and "compiled" go step by step.
    """
    check_implementation("gru", implementation)
    if implementation != NATIVE:
        return StepGRU(input_size, hidden_size, implementation)
    return refusing_no_steps(nn.GRU(input_size, hidden_size, batch_first=True))


class GRUv3(rnnbench.StepCell):
    """h_t = z_t h_{t-1} + (1 - z_t) tanh(W x_t + U (r_t h_{t-1}) + b); r_t, z_t = sigmoid(W x_t + U
    h_{t-1} + b).

    source: Cho et al. 2014, arXiv:1406.1078v3, equations 5 to 8, where biases are left out "to make
    the equations uncluttered". The surprise: the reset comes *before* the product with U, so that U
    cannot be applied to all three at once, and one bias is as good as two; `gru` is the other
    variant.

    orthogonal: the U of each gate is orthogonal, W is drawn from N(0, 0.01^2) and biases are 0, as
                in the source (appendix on the encoder-decoder). Otherwise all are drawn as `gru`
                draws its own.
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
        """Zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """W x + b of all steps, (B, T, 3H), in the order r, z, candidate."""
        return functional.linear(x_BTI, self.weight_ih, self.bias)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        for_gates, for_candidate = x_BI.tensor_split([2 * self.hidden_size], dim=-1)
        to_gates, to_candidate = self.weight_hh.tensor_split([2 * self.hidden_size])
        reset_BH, update_BH = torch.sigmoid(for_gates + functional.linear(state, to_gates)).chunk(
            2, dim=-1
        )
        candidate_BH = torch.tanh(for_candidate + functional.linear(reset_BH * state, to_candidate))
        h_BH = torch.lerp(candidate_BH, state, update_BH)
        return h_BH, h_BH
