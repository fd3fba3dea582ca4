"""Plain loops over steps, one for each cell with a matrix for a state, to hold the cells against.

Each is typed from the equation in the docstring of its cell, for one sequence and one head at a
time. S is written (K, V): S^T k reads what is stored under k.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rnnbench_cells.matrix.parts import NORM_EPSILON

TINY = 1e-6
"""What the normaliser of linear attention is at least."""
Heads = Callable[[Any, int, "Inputs"], Iterator[Tensor]]


class Inputs(NamedTuple):
    """The linear maps of one sequence, (T, ...), for one head: query, keys, values, and extras."""

    query: Tensor
    keys: Tensor
    values: Tensor
    extras: list[Tensor]


def of_sequence(cell: Any, x_TI: Tensor, head: int) -> Inputs:
    """Return the maps of one sequence for a head: (T, K), (T, J, K), (T, J, V), and all gates."""
    query, keys, values, *extras = torch.split(
        x_TI @ cell.projection.weight.T, [*cell.mixed_sizes, *cell.extras], dim=-1
    )
    mixed = torch.cat([query, keys, values], -1)
    if cell.convolution is not None:
        kernel = cell.convolution.weight[:, 0]
        width = kernel.shape[1]
        padded = torch.cat([mixed.new_zeros(width - 1, mixed.shape[1]), mixed])
        mixed = sum(padded[place : place + len(x_TI)] * kernel[:, place] for place in range(width))
    if cell.convolution is not None or cell.rule.activated:
        mixed = mixed * torch.sigmoid(mixed)
    query, keys, values = torch.split(mixed, cell.mixed_sizes, dim=-1)
    key_head = 0 if cell.rule.shared_keys else head
    writes = cell.rule.writes
    return Inputs(
        torch.unflatten(query, -1, (-1, cell.key_size))[:, key_head],
        torch.unflatten(keys, -1, (writes, -1, cell.key_size))[:, :, key_head],
        torch.unflatten(values, -1, (writes, cell.heads, -1))[:, :, head],
        extras,
    )


def by_head(loop: Heads, cell: Any, x_BTI: Tensor) -> Tensor:
    """Return the outputs of a cell, (B, T, H), by the loop of one sequence and one head."""
    sequences = []
    for x_TI in x_BTI:
        heads = []
        for head in range(cell.heads):
            outputs = loop(cell, head, of_sequence(cell, x_TI, head))
            heads.append(torch.stack(list(outputs)))
        sequences.append(torch.cat(heads, -1))
    return torch.stack(sequences)


def empty(cell: Any, inputs: Inputs) -> Tensor:
    return inputs.query.new_zeros(cell.key_size, cell.value_size)


def of_head(gate_TH: Tensor, head: int, cell: Any) -> Tensor:
    return torch.unflatten(gate_TH, -1, (cell.heads, -1))[:, head]


def normed(y_V: Tensor, weight_V: Tensor) -> Tensor:
    return weight_V * y_V / (y_V.square().mean() + NORM_EPSILON).sqrt()


def linear_attention(cell: Any, x_BTI: Tensor) -> Tensor:
    """S += phi(k) v^T, z += phi(k), y = S^T phi(q) / (z^T phi(q)), phi = elu + 1."""
    return by_head(_linear_attention, cell, x_BTI)


def _linear_attention(cell: Any, _head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    z = s[:, 0]
    for q, k, v in zip(inputs.query, inputs.keys[:, 0], inputs.values[:, 0], strict=True):
        phi_q = torch.where(q > 0, q + 1, q.clamp(max=0).exp())
        phi_k = torch.where(k > 0, k + 1, k.clamp(max=0).exp())
        s = s + torch.outer(phi_k, v)
        z = z + phi_k
        yield s.T @ phi_q / (z @ phi_q + TINY) if cell.rule.normalised else s.T @ phi_q


def retnet(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = gamma S + k v^T, y = norm(S^T q / sqrt(K)) * silu(g), gamma = 1 - 2^(-5 - head)."""
    return by_head(_retnet, cell, x_BTI)


def _retnet(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    own = slice(head * cell.value_size, (head + 1) * cell.value_size)
    gates = functional.silu(of_head(inputs.extras[0], head, cell))
    for q, k, v, gate in zip(
        inputs.query, inputs.keys[:, 0], inputs.values[:, 0], gates, strict=True
    ):
        s = (1 - 2.0 ** (-5 - head)) * s + torch.outer(k, v)
        y = s.T @ q / cell.key_size**0.5
        y = (y - y.mean()) / (y.var(correction=0) + NORM_EPSILON).sqrt()
        yield (cell.norm_weight[own] * y + cell.norm_bias[own]) * gate


def gla(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = diag(a) S + k v^T, y = norm(S^T q / sqrt(K)) * silu(g), a = sigmoid(W x + b)^(1/16)."""
    return by_head(_gla, cell, x_BTI)


def _gla(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    logits = of_head(cell.to_decay(inputs.extras[0]), head, cell)
    gates = functional.silu(of_head(inputs.extras[1], head, cell))
    for q, k, v, logit, gate in zip(
        inputs.query, inputs.keys[:, 0], inputs.values[:, 0], logits, gates, strict=True
    ):
        s = torch.diag(torch.sigmoid(logit) ** (1 / 16)) @ s + torch.outer(k, v)
        yield normed(s.T @ q / cell.key_size**0.5, cell.norm.weight) * gate


def hgrn2(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = diag(f) S + (1 - f) i^T, y = norm(S^T silu(q)), f = l + (1 - l) sigmoid(W x)."""
    return by_head(_hgrn2, cell, x_BTI)


def _hgrn2(cell: Any, _head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    for q, logit, i in zip(inputs.query, inputs.keys[:, 0], inputs.values[:, 0], strict=True):
        f = cell.lower_bound + (1 - cell.lower_bound) * torch.sigmoid(logit)
        s = torch.diag(f) @ s + torch.outer(1 - f, i)
        yield normed(s.T @ (q * torch.sigmoid(q)), cell.norm.weight)


def mamba2(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = a S + B (D x)^T, y = norm((S^T C + d x) * silu(z)), the norm over all heads."""
    y_BTH = by_head(_mamba2_heads, cell, x_BTI)
    gates = x_BTI @ cell.projection.weight[-y_BTH.shape[-1] :].T
    gated = y_BTH * gates * torch.sigmoid(gates)
    size = gated.square().mean(-1, keepdim=True)
    return cell.norm.weight * gated / (size + NORM_EPSILON).sqrt()  # type: ignore[no-any-return]


def _mamba2_heads(cell: Any, head: int, inputs: Inputs) -> Iterator[Tensor]:
    s = empty(cell, inputs)
    rate = -cell.decay.rate_log[head].exp()
    times = torch.log1p((inputs.extras[0][:, head] + cell.decay.bias[head]).exp())
    for c, b, x, time in zip(
        inputs.query, inputs.keys[:, 0], inputs.values[:, 0], times, strict=True
    ):
        s = (time * rate).exp() * s + torch.outer(b, time * x)
        yield s.T @ c + cell.skip[head] * x
