"""Parts of cells with a matrix for a state: norms over heads, short convolutions, decays."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench

TINY = 1e-6
"""Added to the squared norm of keys and queries, so that zeros have a finite gradient."""
EDGE = 1e-4
"""The least A of a decay, and the least time step, at the start."""
NORM_EPSILON = 1e-5


class HeadNorm(nn.Module):
    """Root-mean-square norm of the output of each head, (B, T, N, V), with a weight of V.

    source: Zhang & Sennrich 2019, arXiv:1910.07467, equation 4.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, y_BTNV: Tensor) -> Tensor:
        """Return the normed outputs, (B, T, N, V)."""
        mean_BTN1 = torch.linalg.vecdot(y_BTNV, y_BTNV).unsqueeze(-1) / len(self.weight)
        return y_BTNV * torch.rsqrt(mean_BTN1 + NORM_EPSILON) * self.weight


class ShortConvolution(nn.Module):
    """A causal convolution of each channel over the last `width` steps.

    Its state is the last width - 1 inputs, (B, width - 1, C), which start at 0.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        scale = 1 / math.sqrt(width)
        self.weight = nn.Parameter(torch.empty(channels, 1, width).uniform_(-scale, scale))

    def start(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, width - 1, C)."""
        channels, _, width = self.weight.shape
        return x_BI.new_zeros(len(x_BI), width - 1, channels)

    def forward(self, x_BTC: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, T, C) and the inputs before to (B, T, C) and the last inputs."""
        x_BLC = torch.cat([state, x_BTC], 1)
        y_BCT = functional.conv1d(x_BLC.transpose(1, 2), self.weight, groups=self.weight.shape[0])
        return y_BCT.transpose(1, 2), x_BLC[:, x_BTC.shape[1] :]


class LearnedDecay(nn.Module):
    """log a = -exp(A_log) softplus(x + b), for each head; 0 or below.

    At the start exp(A_log) is uniform in (low, 16), and softplus(b) is log-uniform in (.001, .1).

    source: Dao & Gu 2024, arXiv:2405.21060, and its public code.
    """

    def __init__(self, heads: int, low: float, channels: int = 1) -> None:
        super().__init__()
        rate_N1 = torch.empty(heads, 1).uniform_(max(low, EDGE), 16.0)
        self.rate_log = nn.Parameter(rate_N1.log())
        log_steps = torch.empty(heads, channels).uniform_(math.log(1e-3), math.log(0.1))
        steps = log_steps.exp().clamp(min=EDGE)
        self.bias = nn.Parameter(steps + torch.log(-torch.expm1(-steps)))

    def step_size(self, x_BTNK: Tensor) -> Tensor:
        """Return softplus(x + b), (B, T, N, K)."""
        return functional.softplus(x_BTNK + self.bias)

    def forward(self, x_BTNK: Tensor) -> Tensor:
        """Return log a, (B, T, N, K)."""
        return -self.rate_log.exp() * self.step_size(x_BTNK)

    def without_weight_decay(self) -> rnnbench.ParameterGroup:
        """Return A_log and b, which the source trains without weight decay."""
        return rnnbench.ParameterGroup([self.rate_log, self.bias], weight_decay=False)


def unit(x: Tensor) -> Tensor:
    """Return vectors along the last axis, scaled to length one; very short ones stay short."""
    return x * torch.rsqrt(torch.linalg.vecdot(x, x).unsqueeze(-1) + TINY)
