"""Plain loops of state-space cells, with complex numbers and matrices as they are printed."""

from typing import Any

import torch
from torch import Tensor

from rnnbench_cells.references.gated_linear import convolved


def s4d(cell: Any, x_BTI: Tensor) -> Tensor:
    """Gu et al. 2022: each channel by itself, discretised by a zero-order hold."""
    u_BTH = x_BTI @ cell.from_input.weight.T + cell.from_input.bias
    a_HM = -torch.exp(cell.decay) + 1j * cell.frequency
    c_HM = cell.output[..., 0] + 1j * cell.output[..., 1]
    step_H1 = torch.exp(cell.log_step)[:, None]
    h_BHM = torch.zeros(len(x_BTI), *a_HM.shape, dtype=a_HM.dtype)
    outputs = []
    for u_BH in u_BTH.unbind(1):
        h_BHM = torch.exp(a_HM * step_H1) * h_BHM
        h_BHM = h_BHM + (torch.exp(a_HM * step_H1) - 1) / a_HM * u_BH[..., None]
        outputs.append(2 * (c_HM * h_BHM).sum(-1).real + cell.skip * u_BH)
    return torch.stack(outputs, 1)


def s5(cell: Any, x_BTI: Tensor) -> Tensor:
    """Smith et al. 2022: the conjugate half of the system is written out, so nothing is doubled."""
    half_P = -torch.exp(cell.decay) + 1j * cell.frequency
    a_N = torch.cat([half_P, half_P.conj()])
    half_PI = cell.input[..., 0] + 1j * cell.input[..., 1]
    b_NI = torch.cat([half_PI, half_PI.conj()])
    half_HP = cell.output[..., 0] + 1j * cell.output[..., 1]
    c_HN = torch.cat([half_HP, half_HP.conj()], 1)
    step_N = torch.exp(cell.log_step).repeat(2)
    gain_NN = torch.diag(torch.exp(a_N * step_N))
    input_NI = torch.diag((torch.exp(a_N * step_N) - 1) / a_N) @ b_NI
    h_BN = torch.zeros(len(x_BTI), len(a_N), dtype=a_N.dtype)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        h_BN = h_BN @ gain_NN.T + x_BI.to(a_N.dtype) @ input_NI.T
        outputs.append((h_BN @ c_HN.T).real + x_BI @ cell.skip.T)
    return torch.stack(outputs, 1)


def mamba(cell: Any, x_BTI: Tensor) -> Tensor:
    """Gu & Dao 2023, algorithm 2, step by step and sequence by sequence."""
    w_u, w_z = cell.from_input.weight.chunk(2)
    w_1, w_b, w_c = cell.selection.weight.split(cell.sizes)
    u_BTH = convolved(cell.convolution, x_BTI @ w_u.T)
    u_BTH = u_BTH * torch.sigmoid(u_BTH)
    y_BTH = torch.zeros_like(u_BTH)
    for sequence, u_TH in enumerate(u_BTH):
        s_HN = torch.zeros_like(cell.log_rate)
        for t, u_H in enumerate(u_TH):
            step_H = torch.log1p(torch.exp(cell.step_weight @ (w_1 @ u_H) + cell.step_bias))
            gain_HN = torch.exp(torch.diag(step_H) @ -torch.exp(cell.log_rate))
            s_HN = gain_HN * s_HN + torch.outer(step_H * u_H, w_b @ u_H)
            z_H = w_z @ x_BTI[sequence, t]
            read_H = s_HN @ (w_c @ u_H) + cell.skip * u_H
            y_BTH[sequence, t] = read_H * z_H * torch.sigmoid(z_H)
    return y_BTH
