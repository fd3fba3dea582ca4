"""The convolutional long short-term memory, over frames."""

import math

import torch
from torch import Tensor, nn

import rnnbench

State = tuple[Tensor, Tensor]
FrameSize = tuple[int, int, int]
"""Channels, height, width."""


class ConvLSTM2d(rnnbench.StepCell):
    """C_t = f_t C_{t-1} + i_t tanh(W * X_t + U * H_{t-1} + b), H_t = o_t tanh(C_t), where * is a
    convolution.

    i_t = sigmoid(W * X_t + U * H_{t-1} + P C_{t-1} + b), f_t likewise, o_t with P C_t; P C is
    elementwise, weights are a gate's own. Frames (B, T, C, H, W), with zeros around them, to (B, T,
    hidden, H, W); the state is (H, C), (B, hidden, H, W) each. source: Shi et al. 2015,
    arXiv:1506.04214, equation 3. The surprise: the peepholes P have a weight for every pixel, so
    that with them the cell knows where it is and fits one size of frames alone; most code leaves
    them out, and so does the default here.

    kernel_size: of both convolutions, odd. peepholes:   P, zero at the start. forget_bias: bias of
    the forget gate at the start (1: Jozefowicz et al. 2015). All other weights and biases are drawn
    as `lstm` draws its own, where a kernel sees hidden * kernel_size^2 numbers of H; the source
    does not say. Raises RnnbenchError for an even kernel size.
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
        """Zeros, (B, hidden, H, W) each."""
        zeros = x_BI.new_zeros(len(x_BI), self.hidden_size, *x_BI.shape[2:])
        return zeros, zeros.clone()

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """W * X + b of all frames, (B, T, 4 hidden, H, W)."""
        gates_BT: Tensor = self.from_input(x_BTI)
        return gates_BT

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """One step: (B, 4 hidden, H, W), (H, C) to H and (H, C)."""
        h_B, c_B = state
        i_B, f_B, g_B, o_B = (x_BI + self.from_state(h_B)).chunk(4, dim=1)
        if self.peepholes is not None:
            i_B, f_B = i_B + self.peepholes[0] * c_B, f_B + self.peepholes[1] * c_B
        c_B = torch.sigmoid(f_B) * c_B + torch.sigmoid(i_B) * torch.tanh(g_B)
        if self.peepholes is not None:
            o_B = o_B + self.peepholes[2] * c_B
        h_B = torch.sigmoid(o_B) * torch.tanh(c_B)
        return h_B, (h_B, c_B)
