"""A cell whose recurrent matrix is orthogonal at every moment of training."""

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
    """h_t = modrelu(exp(A) h_{t-1} + T x_t), A skew-symmetric, so that exp(A) is orthogonal; y_t =
    h_t, h_0 = 0.

    modrelu(v) = sign(v) relu(|v| + b), elementwise with learned b.
    source: Lezcano-Casado & Martinez-Rubio 2019,
    arXiv:1901.08428, sections 3 and 4. The surprise: gradient descent runs on A, whose numbers want
    a tenth of the learning rate. The exponential is taken once a call, not once a step.

    nonlinearity: "modrelu", or "identity", which makes it linear, with |dh_T/dh_0| = 1.
    initialization of A: blocks (0, s; -s, 0) along the diagonal; "henaff": s ~ U(-pi, pi) (Henaff
    et al. 2016);
        "cayley": s = -sqrt((1 - cos u) / (1 + cos u)), u ~ U(0, pi/2) (Helfrich et al. 2018).
    T is drawn as in He et al. 2015, b ~ U(-0.01, 0.01), as in the authors' code. Of A the upper
    triangle is kept.
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
        Rotation(
            torch.eye(1), None, implementation
        )  # raises for an implementation that there is not
        self.hidden_size, self.implementation = hidden_size, implementation
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
        """A: a tenth of the learning rate (section 5), and no weight decay, which would draw exp(A)
        to the identity."""
        return [rnnbench.ParameterGroup([self.skew], learning_rate_factor=0.1, weight_decay=False)]

    def matrix(self) -> Tensor:
        """exp(A), (H, H)."""
        return torch.matrix_exp(skew_matrix(self.skew, self.hidden_size))

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T, I) to (B, T, H) and the last h, (B, H). Raises ValueError where T is 0."""
        y_BTH, h_BH = Rotation(self.matrix(), self.bias, self.implementation)(
            self.from_input(x_BTI), state
        )
        return y_BTH, h_BH


class Rotation(rnnbench.StepCell):
    """h_t = modrelu(Q h_{t-1} + v_t), for the time of one call in which Q is what it is; without b:
    Q h_{t-1} + v_t."""

    def __init__(self, matrix_HH: Tensor, bias_H: Tensor | None, implementation: str) -> None:
        super().__init__(implementation)
        self.matrix_HH, self.bias_H = matrix_HH, bias_H

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Zeros, (B, H)."""
        return torch.zeros_like(x_BI)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        v_BH = nn.functional.linear(state, self.matrix_HH) + x_BI
        h_BH = v_BH if self.bias_H is None else v_BH.sign() * torch.relu(v_BH.abs() + self.bias_H)
        return h_BH, h_BH
