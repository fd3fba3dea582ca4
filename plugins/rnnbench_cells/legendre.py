"""The Legendre memory unit: a window over the past, as coefficients of Legendre polynomials."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero

State = tuple[Tensor, Tensor]


class LMU(rnnbench.StepCell):
    """m_t = A m_{t-1} + B u_t, h_t = tanh(W_x x_t + W_h h_{t-1} + W_m m_t), with one number u_t.

    What is remembered is u_t = e_x x_t + e_h h_{t-1} + e_m m_{t-1}. A and B are fixed: they solve
    theta m' = A' m + B' u for an input that is held over each step, where
    A'_ij = (2i + 1) (-1 for i < j, else (-1)^(i-j+1)) and B'_i = (2i + 1) (-1)^i. The memory m
    then holds the last theta steps: u at s steps ago is near the sum over i of
    P_i(2 s / theta - 1) m_i, with Legendre polynomials P_i. The state is (h, m), starts at 0, and
    y_t = h_t.

    source: Voelker, Kajic & Eliasmith 2019, Legendre Memory Units (NeurIPS).
    The surprise: all of the past goes through the single number u_t. The memory is stable by
    itself, and becomes unstable only by what e_h and e_m feed back. There are no biases.

    theta: length of the window in steps, above 0: the horizon that is to be remembered.
    order: number of coefficients, that is of numbers in m. Changes faster than about theta / order
           steps are smoothed out.

    As in the authors' code, e_x and e_h are drawn by LeCun's uniform rule, e_m starts at 0, and
    W_x, W_h and W_m by Glorot & Bengio's normal rule. Raises RnnbenchError for a theta that is not
    above 0, an order below 1, and an unknown implementation.
    """

    transition: Tensor
    drive: Tensor

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        theta: float = 100.0,
        order: int = 32,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        require_above_zero("lmu: theta", theta)
        if order < 1:
            raise rnnbench.RnnbenchError(f"lmu: order should be 1 or above, got {order}")
        self.hidden_size = hidden_size
        self.order = order
        transition_DD, drive_D = held_window(order, theta)
        self.register_buffer("transition", transition_DD.to(torch.get_default_dtype()))
        self.register_buffer("drive", drive_D.to(torch.get_default_dtype()))
        self.encode_input = nn.Parameter(lecun_uniform(input_size))
        self.encode_state = nn.Parameter(lecun_uniform(hidden_size))
        self.encode_memory = nn.Parameter(torch.zeros(order))
        self.from_input = nn.Parameter(torch.empty(hidden_size, input_size))
        self.from_state = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.from_memory = nn.Parameter(torch.empty(hidden_size, order))
        for weight in (self.from_input, self.from_state, self.from_memory):
            nn.init.xavier_normal_(weight)

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for h, (B, H), and m, (B, D)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size), x_BI.new_zeros(len(x_BI), self.order)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W_x x and e_x x of all steps, (B, T, H + 1)."""
        return functional.linear(x_BTI, torch.cat([self.from_input, self.encode_input[None]]))

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Map W_x x and e_x x, (B, H + 1), and (h, m) to the new h, (B, H), and the new (h, m)."""
        h_BH, m_BD = state
        of_state_BH = functional.linear(h_BH, torch.cat([self.from_state, self.encode_state[None]]))
        sums_BH = x_BI + of_state_BH
        u_B1 = sums_BH[:, -1:] + (m_BD @ self.encode_memory)[:, None]
        m_BD = functional.linear(m_BD, self.transition) + u_B1 * self.drive
        h_BH = torch.tanh(sums_BH[:, :-1] + functional.linear(m_BD, self.from_memory))
        return h_BH, (h_BH, m_BD)


def held_window(order: int, theta: float) -> tuple[Tensor, Tensor]:
    """Return A, (D, D), and B, (D,), of one step of a window of theta steps, in float64.

    They are parts of the exponential of the matrix [[A', B'], [0, 0]] / theta.
    """
    n_D = torch.arange(order, dtype=torch.float64)
    below_DD = n_D[:, None] - n_D
    sign_DD = torch.where(below_DD < 0, -1.0, (-1.0) ** (below_DD + 1))
    both = torch.zeros(order + 1, order + 1, dtype=torch.float64)
    both[:order, :order] = sign_DD * (2 * n_D[:, None] + 1) / theta
    both[:order, order] = (-1.0) ** n_D * (2 * n_D + 1) / theta
    step = torch.linalg.matrix_exp(both)
    return step[:order, :order].contiguous(), step[:order, order].contiguous()


def lecun_uniform(inputs: int) -> Tensor:
    """Draw weights of one sum over inputs from U(-sqrt(3 / inputs), sqrt(3 / inputs))."""
    bound = math.sqrt(3 / inputs)
    return torch.empty(inputs).uniform_(-bound, bound)
