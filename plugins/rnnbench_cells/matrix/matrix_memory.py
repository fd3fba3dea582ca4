"""MatrixMemory: a memory whose queries, keys, values and gates are linear in the input."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.matrix.memory import Memory, Rule, State
from rnnbench_cells.matrix.parts import ShortConvolution
from rnnbench_cells.matrix.recurrence import Writes
from rnnbench_cells.options import require_count

TINY = 1e-6
"""Added to the normaliser, which vanishes where features of keys or queries underflow."""


class Raw(NamedTuple):
    """Linear maps of the input: query (B, T, N, K), key (B, T, J, N, K), value (B, T, J, N, V)."""

    query: Tensor
    key: Tensor
    value: Tensor


class MatrixMemory(Memory):
    """A memory whose queries, keys, values and gates are linear in x_t.

    Each step decays S, writes J values under keys, and reads y = S^T q. A cell says in `writes`
    what is written, and in `read` what becomes of what is read.

    convolution: width of a causal convolution over steps on queries, keys and values, with SiLU
                 behind it; 0 for none. Its last inputs are part of the state.
    extras:      sizes of further linear maps of x_t, for gates.

    Other options and errors: `Memory`; convolutions below 0 raise RnnbenchError too.
    """

    def __init__(
        self,
        name: str,
        input_size: int,
        hidden_size: int,
        heads: int,
        key_size: int,
        rule: Rule,
        extras: Sequence[int] = (),
        convolution: int = 0,
        implementation: str = "chunk",
    ) -> None:
        super().__init__(name, hidden_size, heads, key_size, rule, implementation)
        require_count(f"{name}: convolution", convolution, least=0)
        keys = (1 if rule.shared_keys else heads) * key_size
        self.mixed_sizes = [keys, rule.writes * keys, rule.writes * hidden_size]
        self.extras = list(extras)
        channels = sum(self.mixed_sizes)
        self.projection = nn.Linear(input_size, channels + sum(extras), bias=False)
        self.convolution = ShortConvolution(channels, convolution) if convolution else None

    @abstractmethod
    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return what is read and written at each step; extras are (B, T, size)."""

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return the outputs, (B, T, N, V), of what was read."""
        return y_BTNV

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S and for the inputs of the convolution, if any."""
        memory = super().initial_state(x_BI)
        return memory if self.convolution is None else (*memory, self.convolution.start(x_BI))

    def prepare(self, x_BTI: Tensor, before: State) -> tuple[Writes, Any, State]:
        """Return the writes of the cell, the maps that they are made of, and the convolution's."""
        mixed_BTC, *extras = torch.split(
            self.projection(x_BTI), [sum(self.mixed_sizes), *self.extras], dim=-1
        )
        if self.convolution is not None:
            mixed_BTC, last = self.convolution(mixed_BTC, before[0])
            before = (last,)
        if self.convolution is not None or self.rule.activated:
            mixed_BTC = functional.silu(mixed_BTC)
        raw = self._by_head(mixed_BTC)
        return self.writes(raw, *extras), (raw, *extras), before

    def finish(self, y_BTNV: Tensor, kept: Any) -> Tensor:
        """Return the outputs, divided by the normaliser if there is one."""
        if self.rule.normalised:
            y_BTNV = y_BTNV[..., :-1] / (y_BTNV[..., -1:] + TINY)
        return self.read(y_BTNV, *kept)

    def _by_head(self, mixed_BTC: Tensor) -> Raw:
        query, key, value = torch.split(mixed_BTC, self.mixed_sizes, dim=-1)
        writes = self.rule.writes
        query = torch.unflatten(query, -1, (-1, self.key_size))
        key = torch.unflatten(key, -1, (writes, -1, self.key_size))
        return Raw(
            query.expand(-1, -1, self.heads, -1),
            key.expand(-1, -1, -1, self.heads, -1),
            torch.unflatten(value, -1, (writes, self.heads, self.value_size)),
        )
