"""Cells that discretise systems of differential equations with bounded solutions: coupled
oscillators, two time scales.

Their state is a pair (y, z), of which y is the output.
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

    y_t = y_{t-1} + dt z_t.
    source: Rusch & Mishra 2021, arXiv:2010.00951, equation 3. y and z start at 0.
    The surprise: y takes the new z, which is what keeps the oscillators bounded.

    dt, gamma, epsilon: time step, squared frequency, damping; they are not learned and should be
        tuned for the task. The defaults are those of the authors' sequential MNIST.
    damping: the z that is damped, z_{t-1} ("explicit", the authors' code) or z_t ("implicit").
    Weights are drawn as the authors' one linear map of (x, z, y) draws them, U(-1/sqrt(I + 2H),
    1/sqrt(I + 2H)). Raises RnnbenchError for a dt that is not above 0.
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
        self.dt, self.gamma, self.epsilon = dt, gamma, epsilon
        self.shrink = 1 / (1 + dt * epsilon) if damping == "implicit" else 1.0
        self.explicit = dt * epsilon if damping == "explicit" else 0.0
        self.from_input = nn.Linear(input_size, hidden_size)
        self.from_state = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        _uniform(self, input_size + 2 * hidden_size)

    def initial_state(self, x_BI: Tensor) -> Pair:
        """Zeros, (B, H) each."""
        return _zeros(x_BI, self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """V x + b."""
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: Pair) -> tuple[Tensor, Pair]:
        """One step; columns of `from_state`: y, z."""
        y_BH, z_BH = state
        force_BH = (
            torch.tanh(x_BI + self.from_state(torch.cat([y_BH, z_BH], dim=1))) - self.gamma * y_BH
        )
        z_BH = self.shrink * (z_BH + self.dt * force_BH - self.explicit * z_BH)
        y_BH = y_BH + self.dt * z_BH
        return y_BH, (y_BH, z_BH)


class LEM(rnnbench.StepCell):
    """z_t = (1 - d_t) z_{t-1} + d_t tanh(W_z y_{t-1} + V_z x_t), y_t = (1 - e_t) y_{t-1} + e_t
    tanh(W_y z_t + V_y x_t).

    d_t = dt sigmoid(W_1 y_{t-1} + V_1 x_t), e_t = dt sigmoid(W_2 y_{t-1} + V_2 x_t), all with
    biases; y, z start at 0. source: Rusch et al. 2022, arXiv:2110.04744, equation 3. The surprise:
    the two time scales d and e are learned for each unit, input and moment, and no z sees the z
    before it but through what it keeps.

    dt: the longest time step; with at most 1 every state stays in [-1, 1]. Weights and biases ~
    U(-1/sqrt(H), 1/sqrt(H)); both linear maps have biases, as in the authors' code. Rows of
    `from_input`: d, e, z, y; of `from_output`: d, e, z. Raises RnnbenchError for a dt that is not
    above 0.
    """

    def __init__(
        self, input_size: int, hidden_size: int, dt: float = 1.0, implementation: str = "eager"
    ) -> None:
        super().__init__(implementation)
        require_above_zero("lem: dt", dt)
        self.hidden_size, self.dt = hidden_size, dt
        self.from_input = nn.Linear(input_size, 4 * hidden_size)
        self.from_output = nn.Linear(hidden_size, 3 * hidden_size)
        self.from_memory = nn.Linear(hidden_size, hidden_size)
        _uniform(self, hidden_size)

    def initial_state(self, x_BI: Tensor) -> Pair:
        """Zeros, (B, H) each."""
        return _zeros(x_BI, self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """V x + b for time scales and both states."""
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: Pair) -> tuple[Tensor, Pair]:
        """One step: time scales, then z, then y from the new z."""
        (y_BH, z_BH), size = state, self.hidden_size
        scales_x, z_x, y_x = torch.split(x_BI, [2 * size, size, size], dim=1)
        scales_y, z_y = torch.split(self.from_output(y_BH), [2 * size, size], dim=1)
        d_BH, e_BH = (self.dt * torch.sigmoid(scales_x + scales_y)).chunk(2, dim=1)
        z_BH = (1 - d_BH) * z_BH + d_BH * torch.tanh(z_y + z_x)
        y_BH = (1 - e_BH) * y_BH + e_BH * torch.tanh(self.from_memory(z_BH) + y_x)
        return y_BH, (y_BH, z_BH)


def _zeros(x_BI: Tensor, hidden_size: int) -> Pair:
    return x_BI.new_zeros(len(x_BI), hidden_size), x_BI.new_zeros(len(x_BI), hidden_size)


def _uniform(cell: nn.Module, fan_in: int) -> None:
    bound = 1 / math.sqrt(fan_in)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
