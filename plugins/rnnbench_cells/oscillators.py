"""coRNN and LEM: cells that discretise differential equations with bounded solutions.

The state of both cells is a pair (y, z), and y is the output.
"""

import math

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_above_zero, require_one_of

Pair = tuple[Tensor, Tensor]
DAMPINGS = ("explicit", "implicit")


class CoRNN(rnnbench.StepCell):
    """z_t = z_{t-1} + dt (tanh(W y_{t-1} + W' z_{t-1} + V x_t + b) - gamma y_{t-1} - epsilon z).

    The position is y_t = y_{t-1} + dt z_t, the output; z is the velocity. Both start at 0. The
    option `damping` chooses the z of the last term.

    source: Rusch & Mishra 2021, arXiv:2010.00951, equation 3.
    The surprise: the position is updated with the new velocity z_t, which keeps the oscillators
    bounded.

    dt:      time step, above 0.
    gamma:   squared frequency.
    epsilon: strength of the damping.
    damping: "explicit" damps z_{t-1}, as in the authors' code; "implicit" damps z_t.

    dt, gamma and epsilon are not learned and should be tuned for each task; the defaults are the
    authors' for sequential MNIST. Weights and b are drawn from U(-1/sqrt(n), 1/sqrt(n)),
    n = I + 2H, as by the one linear map of (x, z, y) in the authors' code.
    Raises RnnbenchError for a dt that is not above 0, and for an unknown damping.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        dt: float = 0.042,
        gamma: float = 2.7,
        epsilon: float = 4.7,
        damping: str = "explicit",
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        require_one_of("cornn: damping", damping, DAMPINGS)
        require_above_zero("cornn: dt", dt)
        self.hidden_size = hidden_size
        self.dt = dt
        self.gamma = gamma
        self.epsilon = epsilon
        self.shrink = 1 / (1 + dt * epsilon) if damping == "implicit" else 1.0
        self.explicit = dt * epsilon if damping == "explicit" else 0.0
        self.from_input = nn.Linear(input_size, hidden_size)
        self.from_state = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        _uniform(self, input_size + 2 * hidden_size)

    def initial_state(self, x_BI: Tensor) -> Pair:
        """Return zeros for y and z, (B, H) each."""
        return _zeros(x_BI, self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return V x + b of all steps, (B, T, H)."""
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: Pair) -> tuple[Tensor, Pair]:
        """Map V x + b, (B, H), and the state (y, z) to the new y, (B, H), and the new (y, z)."""
        y_BH, z_BH = state
        recurrent_BH = self.from_state(torch.cat([y_BH, z_BH], dim=1))
        force_BH = torch.tanh(x_BI + recurrent_BH) - self.gamma * y_BH
        z_BH = self.shrink * (z_BH + self.dt * force_BH - self.explicit * z_BH)
        y_BH = y_BH + self.dt * z_BH
        return y_BH, (y_BH, z_BH)


class LEM(rnnbench.StepCell):
    """z_t = (1 - d_t) z_{t-1} + d_t tanh(W_z y_{t-1} + V_z x_t), with learned time scales.

    The output is y_t = (1 - e_t) y_{t-1} + e_t tanh(W_y z_t + V_y x_t). The time scales are
    d_t = dt sigmoid(W_1 y_{t-1} + V_1 x_t) and e_t = dt sigmoid(W_2 y_{t-1} + V_2 x_t). All linear
    maps have biases, and y and z start at 0.

    source: Rusch et al. 2022, arXiv:2110.04744, equation 3.
    The surprise: each unit has two learned time scales, which change with input and state. The
    candidate of z sees y_{t-1} but not z_{t-1}.

    dt: the longest time step, above 0; every state stays in [-1, 1] if it is at most 1.

    Weights and biases are drawn from U(-1/sqrt(H), 1/sqrt(H)). Maps of x and of y both have
    biases, as in the authors' code. The rows of `from_input` are in the order d, e, z, y; those of
    `from_output` in the order d, e, z. Raises RnnbenchError for a dt that is not above 0.
    """

    def __init__(
        self, input_size: int, hidden_size: int, dt: float = 1.0, implementation: str = "eager"
    ) -> None:
        super().__init__(implementation)
        require_above_zero("lem: dt", dt)
        self.hidden_size = hidden_size
        self.dt = dt
        self.from_input = nn.Linear(input_size, 4 * hidden_size)
        self.from_output = nn.Linear(hidden_size, 3 * hidden_size)
        self.from_memory = nn.Linear(hidden_size, hidden_size)
        _uniform(self, hidden_size)

    def initial_state(self, x_BI: Tensor) -> Pair:
        """Return zeros for y and z, (B, H) each."""
        return _zeros(x_BI, self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return V x + b of all steps, (B, T, 4H), in the order d, e, z, y."""
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: Pair) -> tuple[Tensor, Pair]:
        """Map V x + b, (B, 4H), and the state (y, z) to the new y, (B, H), and the new (y, z)."""
        y_BH, z_BH = state
        size = self.hidden_size
        scales_x, z_x, y_x = torch.split(x_BI, [2 * size, size, size], dim=1)
        scales_y, z_y = torch.split(self.from_output(y_BH), [2 * size, size], dim=1)
        d_BH, e_BH = (self.dt * torch.sigmoid(scales_x + scales_y)).chunk(2, dim=1)
        z_BH = (1 - d_BH) * z_BH + d_BH * torch.tanh(z_y + z_x)
        y_BH = (1 - e_BH) * y_BH + e_BH * torch.tanh(self.from_memory(z_BH) + y_x)
        return y_BH, (y_BH, z_BH)


def _zeros(x_BI: Tensor, hidden_size: int) -> Pair:
    """Return zeros for y and z, (B, H) each."""
    return x_BI.new_zeros(len(x_BI), hidden_size), x_BI.new_zeros(len(x_BI), hidden_size)


def _uniform(cell: nn.Module, fan_in: int) -> None:
    """Draw every parameter from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), in order."""
    bound = 1 / math.sqrt(fan_in)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
