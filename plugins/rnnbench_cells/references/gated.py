"""Plain loops of gated cells with full recurrent matrices."""

from typing import Any

import torch
from torch import Tensor


def janet(cell: Any, x_BTI: Tensor) -> Tensor:
    """Van der Westhuizen & Lasenby 2018, section 3."""
    w_f, w_c = cell.weight_ih.chunk(2)
    u_f, u_c = cell.weight_hh.chunk(2)
    b_f, b_c = cell.bias.chunk(2)
    c_BH = torch.zeros(len(x_BTI), cell.hidden_size, dtype=x_BTI.dtype)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        s_BH = c_BH @ u_f.T + x_BI @ w_f.T + b_f
        candidate_BH = torch.tanh(c_BH @ u_c.T + x_BI @ w_c.T + b_c)
        c_BH = torch.sigmoid(s_BH) * c_BH + (1 - torch.sigmoid(s_BH - cell.beta)) * candidate_BH
        outputs.append(c_BH)
    return torch.stack(outputs, 1)


def ur_lstm(cell: Any, x_BTI: Tensor) -> Tensor:
    """Gu et al. 2020, with the effective gate multiplied out: 2 r f + (1 - 2 r) f^2."""
    w = cell.weight_ih.chunk(4)
    u = cell.weight_hh.chunk(4)
    b = cell.bias.chunk(4)
    h_BH = torch.zeros(len(x_BTI), cell.hidden_size, dtype=x_BTI.dtype)
    c_BH = h_BH
    outputs = []
    for x_BI in x_BTI.unbind(1):
        f, r, candidate, o = (x_BI @ w[k].T + h_BH @ u[k].T + b[k] for k in range(4))
        f = 1 / (1 + torch.exp(-f))
        r = 1 / (1 + torch.exp(-r))
        g_BH = 2 * r * f + (1 - 2 * r) * f**2
        c_BH = g_BH * c_BH + (1 - g_BH) * torch.tanh(candidate)
        h_BH = torch.tanh(c_BH) / (1 + torch.exp(-o))
        outputs.append(h_BH)
    return torch.stack(outputs, 1)


def fastgrnn(cell: Any, x_BTI: Tensor) -> Tensor:
    """Kusupati et al. 2018, section 3."""
    zeta = 1 / (1 + torch.exp(-cell.zeta))
    nu = 1 / (1 + torch.exp(-cell.nu))
    h_BH = torch.zeros(len(x_BTI), cell.hidden_size, dtype=x_BTI.dtype)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        sum_BH = x_BI @ cell.weight_ih.T + h_BH @ cell.weight_hh.T
        z_BH = torch.sigmoid(sum_BH + cell.bias_gate)
        candidate_BH = torch.tanh(sum_BH + cell.bias_candidate)
        h_BH = (zeta * (1 - z_BH) + nu) * candidate_BH + z_BH * h_BH
        outputs.append(h_BH)
    return torch.stack(outputs, 1)
