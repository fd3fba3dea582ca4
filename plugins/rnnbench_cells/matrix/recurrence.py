"""The recurrence of a matrix memory, step by step.

Shape letters: N heads, K entries of a key, V entries of a value, J writes a step.
"""

from typing import NamedTuple

import torch
from torch import Tensor

import rnnbench


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
