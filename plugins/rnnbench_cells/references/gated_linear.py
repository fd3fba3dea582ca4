"""Plain loops of cells that are linear in their state and gated by their input."""

from typing import Any

import torch
from torch import Tensor


def convolved(convolution: Any, x_BTC: Tensor) -> Tensor:
    """Return what a causal convolution makes of the inputs, or the inputs where there is none."""
    if convolution is None:
        return x_BTC
    width = convolution.weight.shape[1]
    y_BTC: Tensor = torch.zeros_like(x_BTC) + convolution.bias
    for t in range(x_BTC.shape[1]):
        for back in range(min(width, t + 1)):
            y_BTC[:, t] += convolution.weight[:, width - 1 - back] * x_BTC[:, t - back]
    return y_BTC


def rglru(cell: Any, x_BTI: Tensor) -> Tensor:
    """De et al. 2024, section 2.4, with powers and roots as they are printed."""
    u_BTH = convolved(cell.convolution, x_BTI @ cell.from_input.weight.T + cell.from_input.bias)
    w_a, w_x = cell.gates.weight.chunk(2)
    b_a, b_x = cell.gates.bias.chunk(2)
    h_BH = torch.zeros_like(u_BTH[:, 0])
    outputs = []
    for u_BH in u_BTH.unbind(1):
        r_BH = torch.sigmoid(u_BH @ w_a.T + b_a)
        i_BH = torch.sigmoid(u_BH @ w_x.T + b_x)
        a_BH = torch.sigmoid(cell.decay) ** (8 * r_BH)
        h_BH = a_BH * h_BH + torch.sqrt(1 - a_BH**2) * (i_BH * u_BH)
        outputs.append(h_BH)
    return torch.stack(outputs, 1)
