"""Short causal convolutions over steps, one filter for each channel, with the state they carry."""

from math import sqrt

import torch
from torch import Tensor, nn

import rnnbench


def convolution_or_none(cell: str, channels: int, width: int) -> "CausalConvolution | None":
    """Return a convolution of this width, or None for width 0.

    Raises RnnbenchError unless the width is 0 or at least 2; `cell` is named in the message.
    """
    if width and width < 2:
        raise rnnbench.RnnbenchError(
            f"{cell}: convolution should be 0 (off) or a width of 2 and above, got {width}"
        )
    return CausalConvolution(channels, width) if width else None


class CausalConvolution(nn.Module):
    """y_t = w_1 x_{t-K+1} + ... + w_K x_t + b for each channel; the state is the last K - 1 inputs.

    The inputs before the first step are 0. Parameters are drawn from U(-1/sqrt(K), 1/sqrt(K)), as
    in torch's nn.Conv1d with one filter for each channel.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        bound = 1 / sqrt(width)
        self.weight = nn.Parameter(torch.empty(channels, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-bound, bound))

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, K - 1, C), with the batch size, dtype and device of x_BI."""
        channels, width = self.weight.shape
        return x_BI.new_zeros(len(x_BI), width - 1, channels)

    def forward(self, x_BTC: Tensor, before_BKC: Tensor) -> tuple[Tensor, Tensor]:
        """Map inputs, (B, T, C), and the K - 1 inputs before them to outputs and the last K - 1."""
        padded_BTC = torch.cat([before_BKC, x_BTC], 1)
        windows_BTCK = padded_BTC.unfold(1, self.weight.shape[1], 1)
        y_BTC = torch.einsum("btck,ck->btc", windows_BTCK, self.weight) + self.bias
        return y_BTC, padded_BTC[:, x_BTC.shape[1] :]
