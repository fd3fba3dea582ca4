"""The exponential RNN, whose recurrent matrix stays orthogonal throughout training."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.skew import skew_blocks, skew_matrix, skew_size

NONLINEARITIES = ("modrelu", "identity")
INITIALIZATIONS = ("henaff", "cayley")


class ExpRNN(nn.Module):
    """h_t = modrelu(exp(A) h_{t-1} + T x_t), where A is skew-symmetric and exp(A) orthogonal.

    The nonlinearity is modrelu(v) = sign(v) relu(|v| + b), elementwise, with a learned b. The
    output is y_t = h_t, and h_0 = 0. The parameters of A are its upper triangle. The matrix
    exponential is computed once for each forward pass.

    source: Lezcano-Casado & Martinez-Rubio 2019, arXiv:1901.08428, sections 3 and 4.
    The surprise: gradient descent acts on A, which needs a tenth of the learning rate.

    nonlinearity:   "modrelu", or "identity" for a linear cell, whose gradient through time keeps
                    its norm.
    initialization: blocks (0, s; -s, 0) on the diagonal of A. "henaff" draws s ~ U(-pi, pi)
                    (Henaff et al. 2016). "cayley" sets s = -sqrt((1 - cos u) / (1 + cos u)),
                    u ~ U(0, pi/2) (Helfrich et al. 2018).

    As in the authors' code, T is drawn as in He et al. 2015, and b ~ U(-0.01, 0.01).
    Raises RnnbenchError for an unknown nonlinearity, initialization or implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        nonlinearity: str = "modrelu",
        initialization: str = "henaff",
        implementation: str = "eager",
    ) -> None:
        super().__init__()
        require_one_of("exprnn: nonlinearity", nonlinearity, NONLINEARITIES)
        require_one_of("exprnn: initialization", initialization, INITIALIZATIONS)
        # An unknown implementation is refused here rather than by the first call.
        Rotation(torch.eye(1), None, implementation)
        self.hidden_size = hidden_size
        self.implementation = implementation
        self.from_input = nn.Linear(input_size, hidden_size, bias=False)
        nn.init.kaiming_normal_(self.from_input.weight, nonlinearity="relu")
        self.skew = nn.Parameter(torch.empty(skew_size(hidden_size)))
        self.bias = (
            nn.Parameter(torch.empty(hidden_size).uniform_(-0.01, 0.01))
            if nonlinearity == "modrelu"
            else None
        )
        angles = torch.empty(hidden_size // 2)
        if initialization == "henaff":
            angles.uniform_(-math.pi, math.pi)
        else:
            angles.uniform_(0, math.pi / 2)
            angles = -((1 - angles.cos()) / (1 + angles.cos())).sqrt()
        with torch.no_grad():
            self.skew.copy_(skew_blocks(angles, hidden_size))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return A as a group with a tenth of the learning rate (section 5) and no weight decay.

        Weight decay would pull exp(A) towards the identity.
        """
        return [rnnbench.ParameterGroup([self.skew], learning_rate_factor=0.1, weight_decay=False)]

    def matrix(self) -> Tensor:
        """Return the orthogonal matrix exp(A), (H, H)."""
        return torch.matrix_exp(skew_matrix(self.skew, self.hidden_size))

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to all h, (B, T, H), and the last h, (B, H).

        Raises ValueError where T is 0.
        """
        rotation = Rotation(self.matrix(), self.bias, self.implementation)
        y_BTH, h_BH = rotation(self.from_input(x_BTI), state)
        return y_BTH, h_BH


class Rotation(rnnbench.StepCell):
    """h_t = modrelu(Q h_{t-1} + v_t) with a fixed Q, built for one forward pass.

    The input v is T x, (B, T, H). Without a bias the nonlinearity is left out.
    """

    def __init__(self, matrix_HH: Tensor, bias_H: Tensor | None, implementation: str) -> None:
        super().__init__(implementation)
        self.matrix_HH = matrix_HH
        self.bias_H = bias_H

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return torch.zeros_like(x_BI)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        v_BH = nn.functional.linear(state, self.matrix_HH) + x_BI
        if self.bias_H is None:
            return v_BH, v_BH
        h_BH = v_BH.sign() * torch.relu(v_BH.abs() + self.bias_H)
        return h_BH, h_BH
