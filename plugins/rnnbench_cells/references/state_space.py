"""Plain loops of state-space cells, with complex numbers and matrices as they are printed."""

from typing import Any

import torch
from torch import Tensor


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
