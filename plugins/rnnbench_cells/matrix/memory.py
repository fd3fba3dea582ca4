"""Memory: what all cells share whose heads write values under keys into a matrix."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.matrix.chunks import by_chunk
from rnnbench_cells.matrix.recurrence import ByStep, Writes
from rnnbench_cells.options import require_count, require_one_of
from rnnbench_cells.scan import require_steps

IMPLEMENTATIONS = ("chunk", "eager", "compiled")
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


class Memory(nn.Module, ABC):
    """N heads, each with a matrix S of K x V that starts at 0; the output has H = N V numbers.

    A cell says in `prepare` what is written at each step, and in `finish` what becomes of what is
    read.

    implementation: "chunk" (products of matrices over chunks of steps), "eager" (by steps) or
                    "compiled" (by steps, fused by torch.compile).

    Raises RnnbenchError where heads do not divide H, for sizes below 1, and for an unknown
    implementation.
    """

    def __init__(
        self,
        name: str,
        hidden_size: int,
        heads: int,
        key_size: int,
        rule: Rule,
        implementation: str,
    ) -> None:
        super().__init__()
        require_one_of(f"{name}: implementation", implementation, IMPLEMENTATIONS)
        counts = {"heads": heads, "key_size": key_size, "householders": rule.writes}
        for what, count in counts.items():
            require_count(f"{name}: {what}", count, least=1)
        if hidden_size % heads:
            raise rnnbench.RnnbenchError(
                f"{name}: hidden size should be a multiple of heads = {heads}, got {hidden_size}"
            )
        self.rule = rule
        self.heads = heads
        self.key_size = key_size
        self.value_size = hidden_size // heads
        self.implementation = implementation
        self.by_step = ByStep(
            key_size,
            self.value_size + rule.normalised,
            rule.writes,
            rule.erases,
            {"none": 0, "head": 1, "row": key_size}[rule.decay],
            "eager" if implementation == "chunk" else implementation,
        )

    @abstractmethod
    def prepare(self, x_BTI: Tensor, before: State) -> tuple[Writes, Any, State]:
        """Return what is written at each step, what `finish` needs, and what is carried on.

        before: what is carried besides S.
        """

    @abstractmethod
    def finish(self, y_BTNV: Tensor, kept: Any) -> Tensor:
        """Return the outputs, (B, T, N, V), of what was read."""

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S, (B, N, K, V), followed by what else is carried.

        A normaliser is one more column of S.
        """
        return (self.by_step.initial_state(x_BI[:, None].expand(-1, self.heads, -1)),)

    def forward(self, x_BTI: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Map (B, T, I) to outputs, (B, T, H), and the last state.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        memory, *before = self.initial_state(x_BTI[:, 0]) if state is None else state
        writes, kept, after = self.prepare(x_BTI, tuple(before))
        if self.rule.normalised:
            value = torch.cat([writes.value, torch.ones_like(writes.value[..., :1])], -1)
            writes = writes._replace(value=value)
        if self.implementation == "chunk":
            y_BTNV, memory = by_chunk(writes, memory)
        else:
            y_BTNV, memory = self.by_step(writes.packed(), memory)
        return self.finish(y_BTNV, kept).flatten(2), (memory, *after)
