"""The antisymmetric network: Euler steps of an equation with a nearly antisymmetric Jacobian."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero
from rnnbench_cells.skew import skew_matrix, skew_size


class AntisymmetricRNN(nn.Module):
    """h_t = h_{t-1} + epsilon tanh(M h_{t-1} + V x_t + b), where M = W - W^T - gamma I; y_t = h_t.

    The gated form is h_t = h_{t-1} + epsilon z_t tanh(M h_{t-1} + V x_t + b), where the gate is
    z_t = sigmoid(M h_{t-1} + V_z x_t + b_z). The initial state is h_0 = 0.

    source: Chang et al. 2019, arXiv:1902.09689, equations 10 and 13.
    The surprise: the gate shares M with the candidate. The Jacobian stays close to antisymmetric,
    and the gate needs no H^2 parameters of its own.

    epsilon:      step size of the forward Euler method, above 0.
    gamma:        diffusion, without which the forward Euler method is unstable.
    gated:        whether the gate z_t multiplies each step.
    weight_scale: sigma of the strictly upper triangular W ~ N(0, sigma^2 / H).

    V and V_z are drawn from N(0, 1/I); biases start at 0. Raises RnnbenchError for an epsilon that
    is not above 0, and for an unknown implementation.
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
        # An unknown implementation is refused here rather than by the first call.
        Flow(torch.eye(1), epsilon, gated, implementation)
        self.hidden_size = hidden_size
        self.implementation = implementation
        self.epsilon = epsilon
        self.gamma = gamma
        self.gated = gated
        maps_of_input = 2 if gated else 1
        self.from_input = nn.Linear(input_size, maps_of_input * hidden_size)
        nn.init.normal_(self.from_input.weight, std=1 / math.sqrt(input_size))
        nn.init.zeros_(self.from_input.bias)
        self.skew = nn.Parameter(
            torch.randn(skew_size(hidden_size)) * (weight_scale / math.sqrt(hidden_size))
        )

    def matrix(self) -> Tensor:
        """Return M = W - W^T - gamma I, (H, H)."""
        damping = self.gamma * torch.eye(
            self.hidden_size, dtype=self.skew.dtype, device=self.skew.device
        )
        return skew_matrix(self.skew, self.hidden_size) - damping

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to all h, (B, T, H), and the last h, (B, H).

        Raises ValueError where T is 0.
        """
        flow = Flow(self.matrix(), self.epsilon, self.gated, self.implementation)
        y_BTH, h_BH = flow(self.from_input(x_BTI), state)
        return y_BTH, h_BH


class Flow(rnnbench.StepCell):
    """Euler steps of the antisymmetric network with a fixed M, built for one forward pass.

    Its inputs are V x + b, (B, T, H), followed along the last axis by V_z x + b_z if gated.
    """

    def __init__(self, matrix_HH: Tensor, epsilon: float, gated: bool, implementation: str) -> None:
        super().__init__(implementation)
        self.matrix_HH = matrix_HH
        self.epsilon = epsilon
        self.gated = gated

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), len(self.matrix_HH))

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        flow_BH = functional.linear(state, self.matrix_HH)
        if self.gated:
            candidate_BH, gate_BH = x_BI.chunk(2, dim=1)
            change_BH = torch.sigmoid(flow_BH + gate_BH) * torch.tanh(flow_BH + candidate_BH)
        else:
            change_BH = torch.tanh(flow_BH + x_BI)
        h_BH = state + self.epsilon * change_BH
        return h_BH, h_BH
