"""The recurrence of a matrix memory, a chunk of steps at a time.

Shape letters: N heads, K entries of a key, V entries of a value, J writes a step, C steps a chunk,
L = C J writes a chunk, M chunks.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from rnnbench_cells.matrix.recurrence import Writes

CHUNK = 16
"""Writes in a chunk; see benchmarks/matrix_cells.py."""
LARGEST = 0.7
"""Share of the logarithm of the largest number up to which keys are scaled against their decay."""


def by_chunk(writes: Writes, state: Tensor) -> tuple[Tensor, Tensor]:
    """Return what is read at each step, (B, T, N, V), and the last S, by products of matrices.

    Within a chunk of C steps, what each of its L = C J writes finds of those before it solves a
    unit lower triangular system (the WY form). A chunk then maps the S before it to the S behind
    it, and to what is read.

    source: Yang et al. 2024, arXiv:2406.06484, section 3; with decay: arXiv:2412.06464.
    """
    _, steps, number, _, _ = writes.key.shape
    length = min(max(CHUNK // number, 1), steps)
    key = _chunks(writes.key.flatten(1, 2), length * number)
    value = _chunks(writes.value.flatten(1, 2), length * number)
    lefts = [_chunks(writes.query, length)]
    if writes.erase is not None:
        lefts.append(_chunks(writes.erase.flatten(1, 2), length * number))
    since = None
    if writes.log_decay is not None:
        since = _chunks(writes.log_decay, length).cumsum(-2)
    met = _met(lefts, key, since)
    query, *erase = met.lefts
    steps_before = torch.arange(length * number, device=key.device) // number
    is_written = steps_before <= torch.arange(length, device=key.device)[:, None]
    read = met.products[0] * is_written
    if not erase:
        befores, state = _fading(state, met.into @ value, met.keep)
    else:
        both = torch.cat([value, *erase], dim=-1)
        among = met.products[1]
        solved = torch.linalg.solve_triangular(among, both, upper=False, unitriangular=True)
        value, found = torch.split(solved, [value.shape[-1], key.shape[-1]], dim=-1)
        query = query - read @ found
        less = met.into @ found
        kept = torch.eye(less.shape[-1], dtype=less.dtype, device=less.device)
        befores, state = _through(state, met.into @ value, kept * met.keep - less)
    y_BNMCV = query @ befores + read @ value
    return y_BNMCV.flatten(2, 3)[:, :, :steps].transpose(1, 2), state


class _Met(NamedTuple):
    """How what is read and erased in a chunk meets its keys, and the S before it.

    products: those of each left (queries, and erased keys where something is erased) with each key,
              (B, N, M, C, L) and (B, N, M, L, L), decayed from the write of the key on; those with
              keys that are written later mean nothing.
    lefts:    queries and erased keys, decayed from the start of the chunk on.
    into:     keys, decayed to the end of the chunk, (B, N, M, K, L).
    keep:     the decay over the chunk, (B, N, M, K, 1), or with 1 for K.
    """

    products: list[Tensor]
    lefts: list[Tensor]
    into: Tensor
    keep: Tensor


def _met(lefts: list[Tensor], key: Tensor, since: Tensor | None) -> _Met:
    """Return how queries, (B, N, M, C, K), and erased keys, (B, N, M, L, K), meet the keys.

    since: the cumulative logarithm of the decay, (B, N, M, C, K) or (B, N, M, C, 1); None for 0.
    """
    keys = key.transpose(-1, -2)
    if since is None:
        ones = key.new_ones(1, 1, key.shape[2], 1, 1)
        return _Met([left @ keys for left in lefts], lefts, keys, ones)
    last = since[..., -1:, :]
    keep = last.exp().transpose(-1, -2)
    since_write = since
    if key.shape[-2] > since.shape[-2]:
        since_write = since.repeat_interleave(key.shape[-2] // since.shape[-2], -2)
    sinces = (since, since_write)[: len(lefts)]
    faded = [left * own.exp() for left, own in zip(lefts, sinces, strict=True)]
    if last.min() > -LARGEST * math.log(torch.finfo(key.dtype).max):
        grown = (key * (-since_write).exp()).transpose(-1, -2)
        return _Met([left @ grown for left in faded], faded, grown * keep, keep)
    products = [
        _products(left, key, own, since_write) for left, own in zip(lefts, sinces, strict=True)
    ]
    into = (key * (last - since_write).exp()).transpose(-1, -2)
    return _Met(products, faded, into, keep)


def _products(left: Tensor, key: Tensor, since_left: Tensor, since_key: Tensor) -> Tensor:
    """Return the products of lefts with keys before them, whose decay may have no inverse."""
    decays = (since_left.unsqueeze(-2) - since_key.unsqueeze(-3)).clamp(max=0).exp()
    return ((decays * key.unsqueeze(-3)) @ left.unsqueeze(-1)).squeeze(-1)


def _through(state: Tensor, added: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
    """Return the S before each of M chunks, (B, N, M, K, V), and the last S.

    A chunk maps S to map S + added; maps are (B, N, M, K, K).
    """
    befores = [state.flatten(0, 1)]
    for map_, new in zip(maps.flatten(0, 1).unbind(1), added.flatten(0, 1).unbind(1), strict=True):
        befores.append(torch.baddbmm(new, map_, befores[-1]))
    *before, last = befores
    return torch.unflatten(torch.stack(before, 1), 0, state.shape[:2]), last.view_as(state)


def _fading(state: Tensor, added: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
    """Return the S before each of M chunks and the last S; a chunk maps S to keep * S + added."""
    befores = [state]
    for kept, new in zip(keep.unbind(2), added.unbind(2), strict=True):
        befores.append(torch.addcmul(new, kept, befores[-1]))
    *before, last = befores
    return torch.stack(before, 2), last


def _chunks(x_BLNK: Tensor, length: int) -> Tensor:
    """Return (B, N, M, C, K), where the last chunk is filled up with zeros, which write nothing."""
    missing = -x_BLNK.shape[1] % length
    if missing:
        x_BLNK = torch.nn.functional.pad(x_BLNK, (0, 0, 0, 0, 0, missing))
    return torch.unflatten(x_BLNK, 1, (-1, length)).permute(0, 3, 1, 2, 4).contiguous()
