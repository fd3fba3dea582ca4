"""Plain loops over steps for M2RNN, TTT-Linear, linear Titans, sLSTM and PD-SSM."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnbench_cells.matrix.parts import NORM_EPSILON, TINY
from rnnbench_cells.matrix.references_more import by_sequence


def m2rnn(cell: Any, x_BTI: Tensor) -> Tensor:
    """Z = tanh(S W + k v^T), S = f S + (1 - f) Z, y = S^T q / sqrt(K)."""
    return by_sequence(_m2rnn, cell, x_BTI)


def _m2rnn(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    s = x_TI.new_zeros(cell.heads, cell.key_size, cell.value_size)
    for x in x_TI:
        q, k, v = torch.split((cell.projection.weight @ x).view(cell.heads, -1), cell.sizes, -1)
        f = torch.sigmoid(cell.forget(x))[:, None, None]
        z = torch.tanh(torch.bmm(s, cell.recurrent) + torch.einsum("nk,nv->nkv", k, v))
        s = f * s + (1 - f) * z
        yield torch.einsum("nkv,nk->nv", s, q).flatten() / cell.key_size**0.5


def ttt_linear(cell: Any, x_BTI: Tensor) -> Tensor:
    """Gradient descent by autograd on |k + LN(k W + c) - v|^2 / 2, then y = q + LN(q W + c)."""
    return by_sequence(_ttt_linear, cell, x_BTI)


def _ttt_linear(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    w = cell.weight_start
    c = cell.bias_start

    def model(inputs: Tensor) -> Tensor:
        inner = torch.bmm(inputs[:, None], w) + c
        normed = functional.layer_norm(inner, inner.shape[-1:], eps=NORM_EPSILON)
        return inputs + (cell.norm_weight * normed + cell.norm_bias)[:, 0]  # type: ignore[no-any-return]

    for x in x_TI:
        q, k, v = (cell.projection.weight @ x).view(cell.heads, 3, -1).unbind(1)
        eta = torch.sigmoid(cell.rate(x))[:, None, None] / cell.value_size
        with torch.enable_grad():
            w = w.requires_grad_() if w.is_leaf else w
            c = c.requires_grad_() if c.is_leaf else c
            loss = (model(k) - v).square().sum() / 2
            by_w, by_c = torch.autograd.grad(loss, (w, c), create_graph=True)
        w = w - eta * by_w
        c = c - eta * by_c
        yield model(q).flatten()


def titans(cell: Any, x_BTI: Tensor) -> Tensor:
    """G = eta G - theta k (M^T k - v)^T, M = (1 - alpha) M + G, y = M^T q."""
    return by_sequence(_titans, cell, x_BTI)


def _titans(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    m = x_TI.new_zeros(cell.heads, cell.key_size, cell.value_size)
    g = torch.zeros_like(m)
    for x in x_TI:
        q, k, v = torch.split((cell.projection.weight @ x).view(cell.heads, -1), cell.sizes, -1)
        q, k = (part * torch.sigmoid(part) for part in (q, k))
        q, k = (part / ((part * part).sum(-1, keepdim=True) + TINY).sqrt() for part in (q, k))
        alpha, eta, theta = torch.sigmoid(cell.gates(x)).view(cell.heads, 3, 1, 1).unbind(1)
        missed = torch.einsum("nkv,nk->nv", m, k) - v
        g = eta * g - theta * torch.einsum("nk,nv->nkv", k, missed)
        m = (1 - alpha) * m + g
        yield torch.einsum("nkv,nk->nv", m, q).flatten()


def slstm(cell: Any, x_BTI: Tensor) -> Tensor:
    """c = f c + i z, n = f n + i, h = o c / n, without a stabiliser."""
    return by_sequence(_slstm, cell, x_BTI)


def _slstm(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    units = cell.recurrent.shape[1]
    c = x_TI.new_zeros(cell.heads, units)
    n = torch.zeros_like(c)
    h = torch.zeros_like(c)
    for x in x_TI:
        of_state = torch.einsum("nu,nug->ng", h, cell.recurrent)
        gates = cell.from_input(x).view(cell.heads, -1) + of_state
        z, i, f, o = gates.view(cell.heads, 4, units).unbind(1)
        f = f.exp() if cell.is_exponential else torch.sigmoid(f)
        c = f * c + i.exp() * torch.tanh(z)
        n = f * n + i.exp()
        h = torch.sigmoid(o) * c / n
        yield h.flatten()


def pd_ssm(cell: Any, x_BTI: Tensor) -> Tensor:
    """h = P D h + B x, with complex numbers and P written out column by column."""
    return by_sequence(_pd_ssm, cell, x_BTI)


def _pd_ssm(cell: Any, x_TI: Tensor) -> Iterator[Tensor]:
    size = cell.matrices.shape[-1]
    h = torch.zeros(size, dtype=torch.complex128)
    h[0] = 1
    for x in x_TI.to(torch.float64):
        scores = torch.einsum("k,kij->ij", torch.softmax(cell.choice(x), -1), cell.matrices)
        length, angle = torch.sigmoid(cell.diagonal(x)).view(2, size)
        turned = torch.polar(length, 2 * torch.pi * angle) * h
        real, imaginary = cell.from_input(x).view(2, size)
        h = torch.complex(real, imaginary)
        for column in range(size):
            target = torch.zeros(size, dtype=torch.complex128)
            target[scores[:, column].argmax()] = turned[column]
            h = h + target
        yield cell.out(torch.cat([h.real, h.imag])) + cell.skip(x)
