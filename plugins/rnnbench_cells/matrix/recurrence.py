"""The recurrence of a matrix memory: step by step, and a chunk of steps at a time.

Shape letters: N heads, K entries of a key, V entries of a value, J writes a step, C steps a chunk,
M chunks.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

import rnnbench

CHUNK = 16
"""Writes in a chunk; see benchmarks/matrix_cells.py."""
LARGEST = 0.7
"""Share of the logarithm of the largest number up to which keys are scaled against their decay."""


class Writes(NamedTuple):
    """What is read from and written to the matrix S, (B, N, K, V), of each head at each step.

    A step decays S <- diag(exp(log_decay)) S, then writes J times
    S <- S + key (value - S^T erase)^T, then reads S^T query.

    query:     (B, T, N, K).
    key:       (B, T, J, N, K).
    value:     (B, T, J, N, V).
    erase:     (B, T, J, N, K); None where nothing is erased.
    log_decay: (B, T, N, K), or (B, T, N, 1) for whole heads, 0 or below; None where nothing decays.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    erase: Tensor | None = None
    log_decay: Tensor | None = None

    def packed(self) -> Tensor:
        """Return all parts in one tensor, (B, T, N, ...), in the order of the fields."""
        parts = [self.query]
        for part in (self.key, self.value, self.erase):
            parts += [] if part is None else part.unbind(2)
        parts += [] if self.log_decay is None else [self.log_decay]
        return torch.cat(parts, dim=-1)


class ByStep(rnnbench.StepCell):
    """The recurrence by steps, over packed writes. It has no parameters.

    writes: J.
    erases: whether writes have an `erase`.
    decays: the last axis of `log_decay`: 0 where nothing decays.
    """

    def __init__(
        self,
        key_size: int,
        value_size: int,
        writes: int,
        erases: bool,
        decays: int,
        implementation: str,
    ) -> None:
        super().__init__(implementation)
        self.key_size = key_size
        self.value_size = value_size
        self.writes = writes
        self.erases = erases
        self.decays = decays
        erased = [key_size] * (writes if erases else 0)
        self.sizes = [*[key_size] * (1 + writes), *[value_size] * writes, *erased, decays]

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, N, K, V)."""
        batch, heads, _ = x_BI.shape
        return x_BI.new_zeros(batch, heads, self.key_size, self.value_size)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map the packed writes of a step, (B, N, ...), and S to what is read, (B, N, V), and S."""
        query_BNK, *parts, log_decay_BNK = torch.split(x_BI, self.sizes, dim=-1)
        s_BNKV = state
        if self.decays:
            s_BNKV = s_BNKV * log_decay_BNK.exp().unsqueeze(-1)
        for write in range(self.writes):
            key_BNK = parts[write]
            written_BNV = parts[self.writes + write]
            if self.erases:
                erase_BN1K = parts[2 * self.writes + write].unsqueeze(-2)
                written_BNV = written_BNV - (erase_BN1K @ s_BNKV).squeeze(-2)
            s_BNKV = s_BNKV + key_BNK.unsqueeze(-1) * written_BNV.unsqueeze(-2)
        return (query_BNK.unsqueeze(-2) @ s_BNKV).squeeze(-2), s_BNKV


def by_chunk(writes: Writes, state: Tensor) -> tuple[Tensor, Tensor]:
    """Return what is read at each step, (B, T, N, V), and the last S, by products of matrices.

    Within a chunk, what each write finds of those before it solves a unit lower triangular system
    (the WY form). A chunk then maps the S before it to the S behind it, and to what is read.

    source: Yang et al. 2024, arXiv:2406.06484, section 3; with decay: arXiv:2412.06464.
    """
    _, steps, number, _, _ = writes.key.shape
    length = min(CHUNK, steps * number)
    key = _chunks(writes.key.flatten(1, 2), length)
    value = _chunks(writes.value.flatten(1, 2), length)
    lefts = [_chunks(_at_write(writes.query, number, number - 1), length)]
    if writes.erase is not None:
        lefts.append(_chunks(writes.erase.flatten(1, 2), length))
    since = None
    if writes.log_decay is not None:
        since = _chunks(_at_write(writes.log_decay, number, 0), length).cumsum(-2)
    (read, *among), (query, *erase), into, keep = _met(lefts, key, since)
    read = read.tril()
    if erase:
        both = torch.cat([value, erase[0]], dim=-1)
        solved = torch.linalg.solve_triangular(among[0], both, upper=False, unitriangular=True)
        value, found = torch.split(solved, [value.shape[-1], key.shape[-1]], dim=-1)
        query = query - read @ found
        less = into @ found
        kept = torch.eye(less.shape[-1], dtype=less.dtype, device=less.device)
        befores, state = _through(state, into @ value, kept * keep - less)
    else:
        befores, state = _fading(state, into @ value, keep)
    y_BNMCV = query @ befores + read @ value
    y_BNLV = y_BNMCV.flatten(2, 3)[:, :, number - 1 : steps * number : number]
    return y_BNLV.transpose(1, 2), state


def _met(
    lefts: list[Tensor], key: Tensor, since: Tensor | None
) -> tuple[list[Tensor], list[Tensor], Tensor, Tensor]:
    """Return how queries and erased keys, the lefts, meet the keys of a chunk and the S before it.

    Returns the products of each left with each key, (B, N, M, C, C), decayed from the write of the
    key on, whose entries above the diagonal mean nothing; lefts decayed from the start of the chunk
    on; keys decayed to its end, (B, N, M, K, C); and what S keeps, (B, N, M, K, 1) or with 1 for K.

    since: the cumulative logarithm of the decay, (B, N, M, C, K) or (B, N, M, C, 1); None for 0.
    """
    if since is None:
        products = [left @ key.transpose(-1, -2) for left in lefts]
        return products, lefts, key.transpose(-1, -2), key.new_ones(1, 1, key.shape[2], 1, 1)
    last = since[..., -1:, :]
    faded = [left * since.exp() for left in lefts]
    keep = last.exp().transpose(-1, -2)
    largest = LARGEST * math.log(torch.finfo(key.dtype).max)
    if last.min() > -largest:
        grown = (key * (-since).exp()).transpose(-1, -2)
        return [left @ grown for left in faded], faded, grown * keep, keep
    decays = (since.unsqueeze(-2) - since.unsqueeze(-3)).clamp(max=0).exp()
    decayed_keys = decays * key.unsqueeze(-3)
    products = [(decayed_keys @ left.unsqueeze(-1)).squeeze(-1) for left in lefts]
    return products, faded, (key * (last - since).exp()).transpose(-1, -2), keep


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


def _at_write(x_BTNK: Tensor, writes: int, place: int) -> Tensor:
    """Return (B, T J, N, K): x at one of the J writes of each step, and 0 at the others."""
    if writes == 1:
        return x_BTNK
    zeros = torch.zeros_like(x_BTNK)
    spread = [x_BTNK if write == place else zeros for write in range(writes)]
    return torch.stack(spread, 2).flatten(1, 2)


def _chunks(x_BLNK: Tensor, length: int) -> Tensor:
    """Return (B, N, M, C, K), where the last chunk is filled up with zeros, which write nothing."""
    missing = -x_BLNK.shape[1] % length
    if missing:
        x_BLNK = torch.nn.functional.pad(x_BLNK, (0, 0, 0, 0, 0, missing))
    return torch.unflatten(x_BLNK, 1, (-1, length)).permute(0, 3, 1, 2, 4)
