"""A cell that follows a differential equation whose Jacobian has eigenvalues close to the imaginary
axis."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero
from rnnbench_cells.skew import skew_matrix, skew_size


class AntisymmetricRNN(nn.Module):
    """h_t = h_{t-1} + epsilon tanh(M h_{t-1} + V x_t + b), M = W - W^T - gamma I; y_t = h_t, h_0 =
    0.

    gated: h_t = h_{t-1} + epsilon z_t tanh(...), z_t = sigmoid(M h_{t-1} + V_z x_t + b_z). source:
    Chang et al. 2019, arXiv:1902.09689, equations 10 and 13. The surprise: the gate has the same M,
    which keeps its Jacobian close to antisymmetric, so that gating costs no H^2 parameters.

    epsilon: step of the forward Euler method. gamma: diffusion, without which that method is not
    stable. W is strictly upper triangular, W ~ N(0, sigma^2 / H) with sigma the option
    `weight_scale`; V ~ N(0, 1/I), b = 0. Raises RnnbenchError for an epsilon that is not above 0.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        epsilon: float = 0.01,
        gamma: float = 0.01,
        gated: bool = False,
        weight_scale: float = 1.0,
        implementation: str = "eager",
    ) -> None:
        super().__init__()
        require_above_zero("antisymmetric: epsilon", epsilon)
        Flow(
            torch.eye(1), epsilon, gated, implementation
        )  # raises for an implementation that there is not
        self.hidden_size, self.implementation = hidden_size, implementation
        self.epsilon, self.gamma, self.gated = epsilon, gamma, gated
        self.from_input = nn.Linear(input_size, (2 if gated else 1) * hidden_size)
        nn.init.normal_(self.from_input.weight, std=1 / math.sqrt(input_size))
        nn.init.zeros_(self.from_input.bias)
        self.skew = nn.Parameter(
            torch.randn(skew_size(hidden_size)) * (weight_scale / math.sqrt(hidden_size))
        )

    def matrix(self) -> Tensor:
        """M, (H, H)."""
        damping = self.gamma * torch.eye(
            self.hidden_size, dtype=self.skew.dtype, device=self.skew.device
        )
        return skew_matrix(self.skew, self.hidden_size) - damping

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T, I) to (B, T, H) and the last h, (B, H). Raises ValueError where T is 0."""
        flow = Flow(self.matrix(), self.epsilon, self.gated, self.implementation)
        y_BTH, h_BH = flow(self.from_input(x_BTI), state)
        return y_BTH, h_BH


class Flow(rnnbench.StepCell):
    """Euler steps, for the time of one call in which M is what it is. Inputs: the candidate's, then
    the gate's."""

    def __init__(self, matrix_HH: Tensor, epsilon: float, gated: bool, implementation: str) -> None:
        super().__init__(implementation)
        self.matrix_HH, self.epsilon, self.gated = matrix_HH, epsilon, gated

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), len(self.matrix_HH))

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        flow_BH = functional.linear(state, self.matrix_HH)
        if self.gated:
            candidate_BH, gate_BH = x_BI.chunk(2, dim=1)
            change_BH = torch.sigmoid(flow_BH + gate_BH) * torch.tanh(flow_BH + candidate_BH)
        else:
            change_BH = torch.tanh(flow_BH + x_BI)
        h_BH = state + self.epsilon * change_BH
        return h_BH, h_BH
