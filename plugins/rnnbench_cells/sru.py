"""The simple recurrent unit: elementwise recurrence, gates, and a highway around it."""

import math

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.scan import linear_scan, require_steps


class SRU(rnnbench.StepCell):
    """c_t = f_t c_{t-1} + (1 - f_t) W x_t, y_t = r_t c_t + (1 - r_t) s_t, elementwise.

    The gates are f_t = sigmoid(W_f x_t + v_f c_{t-1} + b_f) and
    r_t = sigmoid(W_r x_t + v_r c_{t-1} + b_r), where v_f and v_r have one number for each unit. The
    highway s_t is alpha x_t where I = H, and W_s x_t elsewhere; c_0 = 0.

    source: Lei et al. 2018, arXiv:1709.02755 (the second version); repository asappresearch/sru.
    The surprise: r_t sees c_{t-1}, not the c_t that it lets out. No tanh bounds c_t or y_t.

    state_gates:  False removes v_f and v_r. The gates then see the input alone, and "eager" runs
                  all steps in a parallel scan.
    highway_bias: start of b_r; a value below 0 lets more of the highway through. alpha is the
                  constant sqrt(1 + 2 exp(highway_bias)), which keeps the variance of y_t at that of
                  x_t; W_s starts multiplied by it.

    Draws: W ~ U(-sqrt(3/I), sqrt(3/I)); with state_gates W_f and W_r are that divided by sqrt(2),
    and v ~ U(-sqrt(3/2), sqrt(3/2)). b_f starts at 0. The rows of `from_input` are in the order W,
    W_f, W_r, W_s. Raises RnnbenchError for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        state_gates: bool = True,
        highway_bias: float = 0.0,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        self.hidden_size = hidden_size
        self.alpha = math.sqrt(1 + 2 * math.exp(highway_bias))
        maps = 3 if input_size == hidden_size else 4
        bound = math.sqrt(3 / input_size)
        weights = torch.empty(maps, hidden_size, input_size).uniform_(-bound, bound)
        self.from_state = None
        if state_gates:
            weights[1:3] *= math.sqrt(0.5)
            drawn = torch.empty(2, hidden_size).uniform_(-math.sqrt(1.5), math.sqrt(1.5))
            self.from_state = nn.Parameter(drawn)
        weights[3:] *= self.alpha
        self.from_input = nn.Parameter(weights.flatten(0, 1))
        self.bias = nn.Parameter(torch.zeros(2, hidden_size))
        nn.init.constant_(self.bias[1], highway_bias)

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros for c, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x, W_f x + b_f, W_r x + b_r and the highway, (B, T, 4, H)."""
        maps_BTMH = (x_BTI @ self.from_input.T).view(*x_BTI.shape[:2], -1, self.hidden_size)
        highway_BT1H = maps_BTMH[:, :, 3:]
        if highway_BT1H.shape[2] == 0:
            highway_BT1H = self.alpha * x_BTI[:, :, None]
        gates_BTGH = maps_BTMH[:, :, 1:3] + self.bias
        return torch.cat([maps_BTMH[:, :, :1], gates_BTGH, highway_BT1H], 2)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map prepared inputs, (B, 4, H), and c to the output, (B, H), and the new c, (B, H)."""
        candidate_BH, forget_BH, reset_BH, highway_BH = x_BI.unbind(1)
        if self.from_state is not None:
            forget_BH = torch.addcmul(forget_BH, self.from_state[0], state)
            reset_BH = torch.addcmul(reset_BH, self.from_state[1], state)
        c_BH = torch.lerp(candidate_BH, state, torch.sigmoid(forget_BH))
        return torch.lerp(highway_BH, c_BH, torch.sigmoid(reset_BH)), c_BH

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to outputs, (B, T, H), and the last c, (B, H).

        Raises ValueError where T is 0.
        """
        if self.from_state is not None or self.implementation == "compiled":
            return super().forward(x_BTI, state)
        require_steps(x_BTI)
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        candidate_BTH, forget_BTH, reset_BTH, highway_BTH = self.prepare(x_BTI).unbind(2)
        written_BTH = torch.sigmoid(-forget_BTH) * candidate_BTH
        c_BTH = linear_scan(torch.sigmoid(forget_BTH), written_BTH, state)
        return torch.lerp(highway_BTH, c_BTH, torch.sigmoid(reset_BTH)), c_BTH[:, -1]
