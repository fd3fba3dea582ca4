"""Nesting: well-nested brackets of one kind or two."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.counting.next_symbol import NextSymbol, batch_of
from rnnbench_tasks.lengths import Array


@dataclass(frozen=True)
class _Dyck(NextSymbol):
    """Beginnings of well-nested words; where a bracket is open, the next symbol opens or closes.

    Either has probability 1/2, so that the depth is the distance of a symmetric random walk from 0,
    about the square root of the number of steps. Symbols are the opening brackets, and then the
    closing ones in the same order.
    """

    @property
    def kinds(self) -> int:
        """The number of kinds of brackets."""
        return len(self.symbols) // 2

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T) of tokens and targets (B, T), the next token of each.

        `extra` has "chances" (B, T, O), the probabilities of the targets, and "lengths" (B,).
        """
        lengths = self.draw_lengths(rng, count)
        moves = rng.choice((-1, 1), (count, self.longest + 1))
        depth = np.abs(np.cumsum(moves, axis=1))
        opens = np.diff(depth, axis=1, prepend=0) > 0
        top = _innermost(depth, opens, rng.integers(0, self.kinds, depth.shape))
        closed = np.concatenate([top[:, :1], top[:, :-1]], axis=1)
        tokens = np.where(opens, top, self.kinds + closed)
        chances = self._chances(depth[:, :-1], top[:, :-1])
        return batch_of(tokens[:, :-1], tokens[:, 1:], chances, lengths)

    def _chances(self, depth: Array, top: Array) -> Array:
        """Return the probability that each symbol comes next, (B, T, O).

        depth: the number of open brackets after each step, (B, T).
        top:   the kind of the innermost open bracket after each step, (B, T).
        """
        nested = depth > 0
        one_opening = np.where(nested, 0.5, 1) / self.kinds
        opening = np.repeat(one_opening[..., None], self.kinds, axis=-1)
        is_innermost = top[..., None] == np.arange(self.kinds)
        closing = 0.5 * (nested[..., None] & is_innermost)
        return np.concatenate([opening, closing], axis=-1, dtype=np.float32)


def _innermost(depth: Array, opens: Array, drawn: Array) -> Array:
    """Return the kind of the innermost open bracket after each step, (B, T).

    Brackets open with the kinds that are drawn, (B, T). Where no bracket is open, the kind is
    arbitrary.
    """
    rows = np.arange(len(depth))
    stack = np.zeros((len(depth), depth.shape[1] + 1), dtype=np.int64)
    found = np.empty_like(drawn)
    for step in range(depth.shape[1]):
        here = depth[:, step]
        innermost = np.where(opens[:, step], drawn[:, step], stack[rows, here])
        found[:, step] = innermost
        stack[rows, here] = innermost
    return found


@dataclass(frozen=True)
class DyckOne(_Dyck):
    """Which brackets of one kind may come next in a well-nested word?

    read:                 (   (   )   )  (   )
    answer at each step:  ()  ()  ()  (  ()  (

    A reader must count to know whether a bracket is open. Where one is, the next symbol opens or
    closes with probability 1/2: the best forecast has cross-entropy ln 2 there and 0 elsewhere. At
    all steps of T, a bracket is open with probability C(2m, m) / 4^m, where m is T / 2 rounded
    down. That is the score of a reader who always answers with both brackets. Lengths are drawn
    evenly from 1 to the horizon. The tests 1x, 2x, 4x and 10x have sequences of exactly 1, 2, 4 and
    10 horizons. A predicted set is all symbols with a probability above 1/4. The target is our
    choice: 99 % of sequences right.

    source: Suzgun et al. 2019, arXiv:1906.03648, with beginnings of words instead of whole words.
    """

    name: ClassVar[str] = "dyck-1"
    symbols: ClassVar[str] = "()"
    answers: ClassVar[str] = "()"


@dataclass(frozen=True)
class DyckTwo(_Dyck):
    """Which brackets of two kinds may come next in a well-nested word?

    read:                 (    [    ]    )   [    ]
    answer at each step:  ([)  ([]  ([)  ([  ([]  ([

    A reader must keep a stack to know which bracket may close. Where one is open, the next symbol
    closes it with probability 1/2 and opens either kind with 1/4 each. The best forecast has a
    cross-entropy of 3/2 ln 2 there and ln 2 elsewhere. Lengths are drawn evenly from 1 to the
    horizon. The tests 1x, 2x, 4x and 10x have sequences of exactly 1, 2, 4 and 10 horizons. A
    predicted set is all symbols with a probability above 1/8. The target is our choice: 99 % of
    sequences right.

    source: Suzgun et al. 2019, arXiv:1906.03648, with beginnings of words instead of whole words.
    """

    name: ClassVar[str] = "dyck-2"
    symbols: ClassVar[str] = "([)]"
    answers: ClassVar[str] = "([)]"
