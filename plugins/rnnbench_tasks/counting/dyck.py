"""Nesting, generated: well-nested brackets of one kind or two."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.counting.next_symbol import NextSymbol, batch_of
from rnnbench_tasks.lengths import Array


@dataclass(frozen=True)
class _Dyck(NextSymbol):
    """Beginnings of well-nested words: where a bracket is open, the next symbol opens or closes
    with probability 1/2.

    The depth is then the distance from 0 of a symmetric random walk, about the root of the number
    of steps. Symbols are the opening brackets, and then the closing ones in the same order.
    """

    @property
    def kinds(self) -> int:
        """Of brackets."""
        return len(self.symbols) // 2

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T) tokens; targets (B, T) the next ones; extra "chances" (B, T, O), "lengths"
        (B,)."""
        lengths = self.draw_lengths(rng, count)
        depth = np.abs(np.cumsum(rng.choice((-1, 1), (count, self.longest + 1)), axis=1))
        opens = np.diff(depth, axis=1, prepend=0) > 0
        top = _innermost(depth, opens, rng.integers(0, self.kinds, depth.shape))
        closed = np.concatenate([top[:, :1], top[:, :-1]], axis=1)
        tokens = np.where(opens, top, self.kinds + closed)
        return batch_of(
            tokens[:, :-1], tokens[:, 1:], self._chances(depth[:, :-1], top[:, :-1]), lengths
        )

    def _chances(self, depth: Array, top: Array) -> Array:
        """Of every symbol, (B, T, O), after these depths with these kinds innermost."""
        nested = depth > 0
        opening = np.where(nested, 0.5, 1) / self.kinds
        closing = 0.5 * (nested[..., None] & (top[..., None] == np.arange(self.kinds)))
        return np.concatenate(
            [np.repeat(opening[..., None], self.kinds, axis=-1), closing], axis=-1, dtype=np.float32
        )


def _innermost(depth: Array, opens: Array, drawn: Array) -> Array:
    """Kind of the innermost open bracket after each step, (B, T), where brackets open with the
    kinds that were drawn.

    Anything where none is open.
    """
    rows, stack = np.arange(len(depth)), np.zeros((len(depth), depth.shape[1] + 1), dtype=np.int64)
    found = np.empty_like(drawn)
    for step in range(depth.shape[1]):
        here = depth[:, step]
        found[:, step] = stack[rows, here] = np.where(
            opens[:, step], drawn[:, step], stack[rows, here]
        )
    return found


@dataclass(frozen=True)
class DyckOne(_Dyck):
    """Brackets of one kind, well nested: which may come next?

    read:                 (   (   )   )  (   )
    answer at each step:  ()  ()  ()  (  ()  (

    To know whether a bracket is open is to count. Where one is, the next opens or closes with
    probability 1/2: the best forecast has ln 2 nats there and 0 elsewhere. All steps of T have a
    bracket open with probability C(2m, m) / 4^m, m = T / 2 rounded down: the score of a reader who
    always says "either". Lengths are drawn evenly from 1 to the horizon; tests at 1x, 2x, 4x and
    10x have exactly so many times the horizon. A predicted set is all symbols with a probability
    above 1/4; the target, ours, is 99 of 100 sequences right. source: Suzgun et al. 2019,
    arXiv:1906.03648, with beginnings of words in place of whole ones.
    """

    name: ClassVar[str] = "dyck-1"
    symbols: ClassVar[str] = "()"
    answers: ClassVar[str] = "()"


@dataclass(frozen=True)
class DyckTwo(_Dyck):
    """Brackets of two kinds, well nested: which may come next?

    read:                 (    [    ]    )   [    ]
    answer at each step:  ([)  ([]  ([)  ([  ([]  ([

    To know what may close is to keep a stack. Where a bracket is open, the next one closes it with
    probability 1/2 and opens either kind with 1/4: the best forecast has 3/2 ln 2 nats there and ln
    2 elsewhere. Lengths are drawn evenly from 1 to the horizon; tests at 1x, 2x, 4x and 10x have
    exactly so many times the horizon. A predicted set is all symbols with a probability above 1/8;
    the target, ours, is 99 of 100 sequences right. source: Suzgun et al. 2019, arXiv:1906.03648,
    with beginnings of words in place of whole ones.
    """

    name: ClassVar[str] = "dyck-2"
    symbols: ClassVar[str] = "([)]"
    answers: ClassVar[str] = "([)]"
