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


def hgrn(cell: Any, x_BTI: Tensor) -> Tensor:
    """Qin et al. 2023 with a real state; norm and gate of the output by their definitions."""
    w_f, w_i, w_g = cell.projection.weight.chunk(3)
    b_f, b_i, b_g = cell.projection.bias.chunk(3)
    h_BH = torch.zeros_like(x_BTI[:, 0] @ w_f.T)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        f_BH = cell.lower_bound + (1 - cell.lower_bound) * torch.sigmoid(x_BI @ w_f.T + b_f)
        i_BH = x_BI @ w_i.T + b_i
        g_BH = x_BI @ w_g.T + b_g
        h_BH = f_BH * h_BH + (1 - f_BH) * (i_BH * torch.sigmoid(i_BH))
        length_B1 = torch.sqrt((h_BH**2).mean(-1, keepdim=True) + 1e-5)
        outputs.append(h_BH / length_B1 * cell.norm.weight * g_BH * torch.sigmoid(g_BH))
    return torch.stack(outputs, 1)


def qrnn(cell: Any, x_BTI: Tensor) -> Tensor:
    """Bradbury et al. 2016, section 2.1: masked convolutions and fo-pooling."""
    w_z, w_f, w_o = cell.filters.weight.chunk(3)
    b_z, b_f, b_o = cell.filters.bias.chunk(3)
    seen = [torch.zeros_like(x_BTI[:, 0])] * cell.window
    c_BH = torch.zeros_like(x_BTI[:, 0] @ w_z[:, : x_BTI.shape[2]].T)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        seen = [*seen[1:], x_BI]
        window_BF = torch.cat(seen, -1)
        z_BH = torch.tanh(window_BF @ w_z.T + b_z)
        f_BH = torch.sigmoid(window_BF @ w_f.T + b_f)
        c_BH = f_BH * c_BH + (1 - f_BH) * z_BH
        outputs.append(torch.sigmoid(window_BF @ w_o.T + b_o) * c_BH)
    return torch.stack(outputs, 1)


def sru(cell: Any, x_BTI: Tensor) -> Tensor:
    """Lei et al. 2018, with v = 0 where the cell has none."""
    maps = cell.from_input.view(-1, cell.hidden_size, x_BTI.shape[2])
    v_f, v_r = torch.zeros_like(cell.bias) if cell.from_state is None else cell.from_state
    b_f, b_r = cell.bias
    c_BH = torch.zeros(len(x_BTI), cell.hidden_size, dtype=x_BTI.dtype)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        f_BH = torch.sigmoid(x_BI @ maps[1].T + v_f * c_BH + b_f)
        r_BH = torch.sigmoid(x_BI @ maps[2].T + v_r * c_BH + b_r)
        c_BH = f_BH * c_BH + (1 - f_BH) * (x_BI @ maps[0].T)
        highway_BH = x_BI @ maps[3].T if len(maps) == 4 else cell.alpha * x_BI
        outputs.append(r_BH * c_BH + (1 - r_BH) * highway_BH)
    return torch.stack(outputs, 1)
