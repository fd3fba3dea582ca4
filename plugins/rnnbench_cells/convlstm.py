"""The convolutional long short-term memory (ConvLSTM), a cell over frames."""

import math

import torch
from torch import Tensor, nn

import rnnbench

State = tuple[Tensor, Tensor]
FrameSize = tuple[int, int, int]
"""Size of one frame as (channels, height, width)."""


class ConvLSTM2d(rnnbench.StepCell):
    """C_t = f_t C_{t-1} + i_t tanh(W * X_t + U * H_{t-1} + b), H_t = o_t tanh(C_t).

    The product * is a convolution of frames padded with zeros. The gates are
    i_t and f_t = sigmoid(W * X_t + U * H_{t-1} + P C_{t-1} + b), and
    o_t = sigmoid(W * X_t + U * H_{t-1} + P C_t + b), where P C is elementwise.
    Each gate and the candidate have their own weights.

    Shapes: frames (B, T, C, H, W) to outputs (B, T, hidden, H, W). The state is the pair (H, C) of
    hidden and cell state, each (B, hidden, H, W), and starts at 0.

    source: Shi et al. 2015, arXiv:1506.04214, equation 3.
    The surprise: the peepholes P have one weight for each pixel and channel, so a cell with
    peepholes accepts one size of frames only. They are off by default, as in most implementations.

    kernel_size: width and height of both kernels, odd.
    peepholes:   whether the gates see the cell state through P, which starts at 0.
    forget_bias: bias of the forget gate at the start (1: Jozefowicz et al. 2015).

    The source does not specify initial weights. All weights and other biases are drawn from
    U(-1/sqrt(n), 1/sqrt(n)), n = hidden * kernel_size^2, in analogy to torch's LSTM.
    Raises RnnbenchError for a kernel size that is even or below 1.
    """

    def __init__(
        self,
        input_size: FrameSize,
        hidden_size: int,
        kernel_size: int = 3,
        peepholes: bool = False,
        forget_bias: float = 1.0,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise rnnbench.RnnbenchError(
                f"convlstm2d: kernel_size should be odd and at least 1, got {kernel_size}"
            )
        channels, height, width = input_size
        self.hidden_size = hidden_size
        to_gates = nn.Conv2d(channels, 4 * hidden_size, kernel_size, padding="same")
        self.from_input = rnnbench.TimeDistributed(to_gates)
        self.from_state = nn.Conv2d(
            hidden_size, 4 * hidden_size, kernel_size, padding="same", bias=False
        )
        bound = 1 / math.sqrt(hidden_size * kernel_size**2)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)
        assert to_gates.bias is not None
        with torch.no_grad():
            to_gates.bias[hidden_size : 2 * hidden_size] = forget_bias
        self.peepholes = (
            nn.Parameter(torch.zeros(3, hidden_size, height, width)) if peepholes else None
        )

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for H and C, (B, hidden, H, W) each."""
        zeros = x_BI.new_zeros(len(x_BI), self.hidden_size, *x_BI.shape[2:])
        return zeros, zeros.clone()

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W * X + b of all frames, (B, T, 4 hidden, H, W), in the order i, f, g, o."""
        gates_BT: Tensor = self.from_input(x_BTI)
        return gates_BT

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Map W * X + b, (B, 4 hidden, H, W), and the state to the new H and the new (H, C)."""
        h_B, c_B = state
        i_B, f_B, g_B, o_B = (x_BI + self.from_state(h_B)).chunk(4, dim=1)
        if self.peepholes is not None:
            i_B = i_B + self.peepholes[0] * c_B
            f_B = f_B + self.peepholes[1] * c_B
        c_B = torch.sigmoid(f_B) * c_B + torch.sigmoid(i_B) * torch.tanh(g_B)
        if self.peepholes is not None:
            o_B = o_B + self.peepholes[2] * c_B
        h_B = torch.sigmoid(o_B) * torch.tanh(c_B)
        return h_B, (h_B, c_B)
