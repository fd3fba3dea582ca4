"""Plain loops of cells that are defined in continuous time."""

from typing import Any

import torch
from torch import Tensor


def cfc(cell: Any, x_BTI: Tensor) -> Tensor:
    """Hasani et al. 2022, with the two heads of the gate in the authors' code."""
    h_BH = torch.zeros(len(x_BTI), cell.hidden_size, dtype=x_BTI.dtype)
    weights = cell.heads.weight.chunk(4)
    biases = cell.heads.bias.chunk(4)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        elapsed_B1 = torch.ones(len(x_BI), 1, dtype=x_BI.dtype)
        if cell.time_feature >= 0:
            elapsed_B1 = x_BI[:, [cell.time_feature]]
            others = [k for k in range(x_BI.shape[1]) if k != cell.time_feature]
            x_BI = x_BI[:, others]
        joined = torch.cat([x_BI, h_BH], 1) @ cell.backbone.weight.T + cell.backbone.bias
        hidden = 1.7159 * torch.tanh(0.666 * joined)
        g, k, a, b = (hidden @ weights[head].T + biases[head] for head in range(4))
        share = torch.sigmoid(a * elapsed_B1 + b)
        h_BH = torch.tanh(g) * (1 - share) + torch.tanh(k) * share
        outputs.append(h_BH)
    return torch.stack(outputs, 1)


def lmu(cell: Any, x_BTI: Tensor) -> Tensor:
    """Voelker et al. 2019, with the fixed matrices of the cell."""
    h_BH = torch.zeros(len(x_BTI), cell.hidden_size, dtype=x_BTI.dtype)
    m_BD = torch.zeros(len(x_BTI), cell.order, dtype=x_BTI.dtype)
    outputs = []
    for x_BI in x_BTI.unbind(1):
        u_B = x_BI @ cell.encode_input + h_BH @ cell.encode_state + m_BD @ cell.encode_memory
        m_BD = m_BD @ cell.transition.T + torch.outer(u_B, cell.drive)
        sums = x_BI @ cell.from_input.T + h_BH @ cell.from_state.T + m_BD @ cell.from_memory.T
        h_BH = torch.tanh(sums)
        outputs.append(h_BH)
    return torch.stack(outputs, 1)
