"""Plain loops over steps for the cells that write by the delta rule; see `references`."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnbench_cells.matrix.parts import TINY
from rnnbench_cells.matrix.references import Inputs, by_head, empty, normed, of_head


def _unit(x_K: Tensor) -> Tensor:
    return x_K / (x_K @ x_K + TINY).sqrt()


def _delta(s: Tensor, key: Tensor, value: Tensor, beta: Tensor) -> Tensor:
    """Return S + beta k (v - S^T k)^T, for a key of any length."""
    k = _unit(key)
    return s + beta * torch.outer(k, value - s.T @ k)


def deltanet(cell: Any, x_BTI: Tensor) -> Tensor:
    """S += beta k (v - S^T k)^T, y = norm(S^T q / sqrt(K)), with q and k of length one."""
    return by_head(_deltanet, cell, x_BTI)


def _deltanet(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    betas = cell.largest_beta * torch.sigmoid(inputs.extras[0][:, head])
    for q, k, v, beta in zip(
        inputs.query, inputs.keys[:, 0], inputs.values[:, 0], betas, strict=True
    ):
        s = _delta(s, k, v, beta)
        yield normed(s.T @ _unit(q) / cell.key_size**0.5, cell.norm.weight)


def deltaproduct(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = a S, then S += beta_j k_j (v_j - S^T k_j)^T for each j; y is normed, times silu(g)."""
    return by_head(_deltaproduct, cell, x_BTI)


def _deltaproduct(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    betas = cell.largest_beta * torch.sigmoid(inputs.extras[0])
    betas = torch.unflatten(betas, -1, (cell.rule.writes, cell.heads))[..., head]
    steps = torch.log1p((inputs.extras[1][:, head] + cell.decay.bias[head]).exp())
    decays = (-cell.decay.rate_log[head].exp() * steps).exp()
    gates = functional.silu(of_head(inputs.extras[2], head, cell))
    for step, gate in enumerate(gates):
        s = decays[step] * s
        for k, v, beta in zip(inputs.keys[step], inputs.values[step], betas[step], strict=True):
            s = _delta(s, k, v, beta)
        read = s.T @ _unit(inputs.query[step]) / cell.key_size**0.5
        yield normed(read, cell.norm.weight) * gate


def kda(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = diag(a) S, S += beta k (v - S^T k)^T; y is normed, times a sigmoid gate."""
    return by_head(_kda, cell, x_BTI)


def _kda(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    betas = cell.largest_beta * torch.sigmoid(inputs.extras[0][:, head])
    decays, gates = _kda_gates(cell, head, inputs)
    for q, k, v, beta, a, gate in zip(
        inputs.query, inputs.keys[:, 0], inputs.values[:, 0], betas, decays, gates, strict=True
    ):
        s = _delta(torch.diag(a) @ s, k, v, beta)
        yield normed(s.T @ _unit(q) / cell.key_size**0.5, cell.norm.weight) * gate


def gdn2(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = diag(a) S, S += k (w * v - S^T (b * k))^T; y is normed, times a sigmoid gate."""
    return by_head(_gdn2, cell, x_BTI)


def _gdn2(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    keys = cell.heads * cell.key_size
    erases = cell.largest_beta * torch.sigmoid(of_head(inputs.extras[0][:, :keys], head, cell))
    writes = torch.sigmoid(of_head(inputs.extras[0][:, keys:], head, cell))
    decays, gates = _kda_gates(cell, head, inputs)
    for step, (q, a, gate) in enumerate(zip(inputs.query, decays, gates, strict=True)):
        k = _unit(inputs.keys[step, 0])
        s = torch.diag(a) @ s
        s = s + torch.outer(k, writes[step] * inputs.values[step, 0] - s.T @ (erases[step] * k))
        yield normed(s.T @ _unit(q) / cell.key_size**0.5, cell.norm.weight) * gate


def _kda_gates(cell: Any, head: int, inputs: Inputs) -> tuple[Tensor, Tensor]:
    """Return the decay of each row, (T, K), and the output gate, (T, V)."""
    logits = of_head(cell.to_decay(inputs.extras[1]), head, cell)
    steps = torch.log1p((logits + cell.decay.bias[head]).exp())
    decays = (-cell.decay.rate_log[head].exp() * steps).exp()
    return decays, torch.sigmoid(of_head(cell.to_gate(inputs.extras[2]), head, cell))
