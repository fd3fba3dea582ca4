"""MatrixMemory: what all cells share whose heads write values under keys into a matrix."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.matrix.parts import ShortConvolution
from rnnbench_cells.matrix.recurrence import ByStep, Writes, by_chunk
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import require_steps

IMPLEMENTATIONS = ("chunk", "eager", "compiled")
TINY = 1e-6
"""Added to the normaliser, which vanishes where features of keys or queries underflow."""
State = tuple[Tensor, ...]


@dataclass(frozen=True)
class Rule:
    """How a memory is written.

    decay:       whether S keeps all of itself, decays by one factor a head, or by one a row (of
                 keys).
    erases:      whether a write first takes away what is stored under its key (the delta rule).
    writes:      J, the number of writes in each step.
    normalised:  whether what is read is divided by the weights of all keys that were written.
    shared_keys: whether all heads have the same keys and queries.
    activated:   whether queries, keys and values go through SiLU.
    """

    decay: Literal["none", "head", "row"] = "none"
    erases: bool = False
    writes: int = 1
    normalised: bool = False
    shared_keys: bool = False
    activated: bool = False


class Raw(NamedTuple):
    """Linear maps of the input: query (B, T, N, K), key (B, T, J, N, K), value (B, T, J, N, V)."""

    query: Tensor
    key: Tensor
    value: Tensor


class MatrixMemory(nn.Module, ABC):
    """N heads, each with a matrix S of K x V that starts at 0; the output has H = N V numbers.

    Each step decays S, writes J values under keys, and reads y = S^T q. Queries, keys, values and
    gates are linear in x_t. A cell says in `writes` what is written, and in `finish` what becomes
    of what is read.

    convolution:    width of a causal convolution over steps on queries, keys and values, with SiLU
                    behind it; 0 for none. Its last inputs are part of the state.
    implementation: "chunk" (products of matrices over chunks of steps), "eager" (by steps) or
                    "compiled" (by steps, fused by torch.compile).
    extras:         sizes of further linear maps of x_t, for gates.

    Raises RnnbenchError where heads do not divide H, for sizes below 1, and for an unknown
    implementation.
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
        super().__init__()
        require_one_of(f"{name}: implementation", implementation, IMPLEMENTATIONS)
        counts = {"heads": heads, "key_size": key_size, "writes of a step": rule.writes}
        for what, count in counts.items():
            if count < 1:
                raise rnnbench.RnnbenchError(f"{name}: {what} should be 1 or above, got {count}")
        if hidden_size % heads:
            raise rnnbench.RnnbenchError(
                f"{name}: hidden size should be a multiple of heads = {heads}, got {hidden_size}"
            )
        if convolution < 0:
            raise rnnbench.RnnbenchError(
                f"{name}: convolution should be 0 or above, got {convolution}"
            )
        self.rule = rule
        self.heads = heads
        self.key_size = key_size
        self.value_size = hidden_size // heads
        self.implementation = implementation
        key_heads = 1 if rule.shared_keys else heads
        keys = key_heads * key_size
        self.mixed_sizes = [keys, rule.writes * keys, rule.writes * hidden_size]
        self.extras = list(extras)
        channels = sum(self.mixed_sizes)
        self.projection = nn.Linear(input_size, channels + sum(extras), bias=False)
        self.convolution = ShortConvolution(channels, convolution) if convolution else None
        self.by_step = ByStep(
            key_size,
            self.value_size + rule.normalised,
            rule.writes,
            rule.erases,
            {"none": 0, "head": 1, "row": key_size}[rule.decay],
            "eager" if implementation == "chunk" else implementation,
        )

    @abstractmethod
    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return what is read and written at each step; extras are (B, T, size)."""

    def finish(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return the outputs, (B, T, N, V), of what was read."""
        return y_BTNV

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S, (B, N, K, V), and for the inputs of the convolution, if any.

        A normaliser is one more column of S.
        """
        memory = self.by_step.initial_state(x_BI[:, None].expand(-1, self.heads, -1))
        if self.convolution is None:
            return (memory,)
        return memory, self.convolution.initial_state(x_BI)

    def forward(self, x_BTI: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Map (B, T, I) to outputs, (B, T, H), and the last state.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        memory, *before = self.initial_state(x_BTI[:, 0]) if state is None else state
        mixed_BTC, *extras = torch.split(
            self.projection(x_BTI), [sum(self.mixed_sizes), *self.extras], dim=-1
        )
        if self.convolution is not None:
            mixed_BTC, before[0] = self.convolution(mixed_BTC, before[0])
        if self.convolution is not None or self.rule.activated:
            mixed_BTC = functional.silu(mixed_BTC)
        raw = self._by_head(mixed_BTC)
        writes = self.writes(raw, *extras)
        if self.rule.normalised:
            value = torch.cat([writes.value, torch.ones_like(writes.value[..., :1])], -1)
            writes = writes._replace(value=value)
        if self.implementation == "chunk":
            y_BTNV, memory = by_chunk(writes, memory)
        else:
            y_BTNV, memory = self.by_step(writes.packed(), memory)
        if self.rule.normalised:
            y_BTNV = y_BTNV[..., :-1] / (y_BTNV[..., -1:] + TINY)
        return self.finish(y_BTNV, raw, *extras).flatten(2), (memory, *before)

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
