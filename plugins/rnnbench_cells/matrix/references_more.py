"""Plain loops over steps for mLSTM, RWKV-7 and Mamba-3, typed from their papers' equations."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnbench_cells.matrix import parts, rwkv7 as of_rwkv7


def by_sequence(
    loop: Callable[[Any, Tensor], Iterator[Tensor]], cell: Any, x_BTI: Tensor
) -> Tensor:
    """Return the outputs of a cell, (B, T, H), by the loop of one sequence."""
    return torch.stack([torch.stack(list(loop(cell, x_TI))) for x_TI in x_BTI])


def mlstm(cell: Any, x_BTI: Tensor) -> Tensor:
    """C = f C + i k v^T, n = f n + i k, h = C^T q / max(|n^T q|, 1), without a stabiliser."""
    return by_sequence(_mlstm, cell, x_BTI)


def _mlstm(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    c = x_TI.new_zeros(cell.heads, cell.key_size, cell.value_size)
    n = x_TI.new_zeros(cell.heads, cell.key_size)
    for x in x_TI:
        q, k, v, o = torch.split(cell.projection.weight @ x, cell.sizes)
        q, k, v = (part.view(cell.heads, -1) for part in (q, k / cell.key_size**0.5, v))
        i, f = cell.gates(x).view(2, cell.heads, 1)
        n = torch.sigmoid(f) * n + i.exp() * k
        c = torch.sigmoid(f)[..., None] * c + i.exp()[..., None] * torch.einsum("nk,nv->nkv", k, v)
        size = (n * q).sum(-1, keepdim=True).abs().clamp(min=1)
        h = torch.einsum("nkv,nk->nv", c, q) / size
        h = (h - h.mean(-1, keepdim=True)) / (h.var(-1, correction=0, keepdim=True) + 1e-5).sqrt()
        yield torch.sigmoid(o) * cell.norm_weight * h.flatten()


def rwkv7(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = S diag(w) - (S c) (c * a)^T + v k'^T with S written (V, K), y = S r, head by head."""
    return by_sequence(_rwkv7, cell, x_BTI)


def _rwkv7(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    states = x_TI.new_zeros(cell.heads, cell.value_size, cell.key_size)
    previous = torch.zeros_like(x_TI[0])
    for x in x_TI:
        mixes = [x] * of_rwkv7.MIXES
        if cell.mix is not None:
            mixes = [(1 - mix) * x + mix * previous for mix in cell.mix]
        r, d, k, v, a = (
            layer(mixed).view(cell.heads, -1)
            for layer, mixed in zip(
                (cell.receptance, cell.decay, cell.key, cell.value, cell.rate), mixes, strict=False
            )
        )
        w = (-(-torch.tensor(0.5, dtype=x.dtype)).exp() * torch.sigmoid(d)).exp()
        a = torch.sigmoid(a)
        outputs = []
        after = []
        for h, s in enumerate(states):
            c = k[h] * cell.erase_scale[h]
            c = c / (c @ c + parts.TINY).sqrt()
            key = k[h] * (1 + (a[h] - 1) * cell.rate_scale[h])
            s = s @ torch.diag(w[h]) - torch.outer(s @ c, c * a[h]) + torch.outer(v[h], key)
            y = s @ r[h]
            y = (y - y.mean()) / (y.var(correction=0) + of_rwkv7.NORM_EPSILON).sqrt()
            own = slice(h * cell.value_size, (h + 1) * cell.value_size)
            bonus = (r[h] @ (key * cell.bonus[h])) * v[h]
            outputs.append(cell.norm_weight[own] * y + cell.norm_bias[own] + bonus)
            after.append(s)
        states = torch.stack(after)
        previous = x
        yield torch.cat(outputs) * cell.gate(mixes[5])


def mamba3(cell: Any, x_BTI: Tensor) -> Tensor:
    """S = a (S + (1 - l) D b' x'^T) + l D b x^T, with b' and x' of the step before; complex keys
    are turned by multiplication."""
    return by_sequence(_mamba3, cell, x_BTI)


def _mamba3(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    s = x_TI.new_zeros(cell.heads, cell.key_size, cell.value_size)
    b_before = x_TI.new_zeros(cell.heads, cell.key_size)
    x_before = x_TI.new_zeros(cell.heads, cell.value_size)
    angle = x_TI.new_zeros(cell.heads, cell.key_size // 2)
    for u in x_TI:
        x, z, b, c, time, rate, share, turn = torch.split(cell.projection.weight @ u, cell.sizes)
        x = x.view(cell.heads, -1)
        step = torch.log1p((time[:, None] + cell.time_bias).exp())
        a = (-step * torch.log1p(rate.exp()).clamp(min=1e-4)[:, None]).exp()
        angle = angle + step * torch.pi * torch.tanh(turn)
        b = _turned(_keys(b, cell.key_norm.weight) + cell.key_bias, angle)
        c = _turned(_keys(c, cell.query_norm.weight) + cell.query_bias, angle)
        part = torch.sigmoid(share)[:, None]
        old = torch.einsum("nk,nv->nkv", b_before, (1 - part) * step * x_before)
        new = torch.einsum("nk,nv->nkv", b, part * step * x)
        s = a[..., None] * (s + old) + new
        y = torch.einsum("nkv,nk->nv", s, c) + cell.skip * x
        b_before = b
        x_before = x
        yield y.flatten() * functional.silu(z)


def _keys(x: Tensor, weight: Tensor) -> Tensor:
    return weight * x / (x.square().mean() + parts.NORM_EPSILON).sqrt()


def _turned(x: Tensor, angle: Tensor) -> Tensor:
    pairs = torch.view_as_complex(x.view(*angle.shape, 2))
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(-2)
