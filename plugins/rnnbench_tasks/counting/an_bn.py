"""Counting: words of n symbols of one kind, and then n of each next kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.counting.next_symbol import NextSymbol, batch_of
from rnnbench_tasks.lengths import TIMES


@dataclass(frozen=True)
class _Counting(NextSymbol):
    """Words of runs of equal length, n of each symbol.

    Where several symbols may come next, each is drawn equally often. There is one word of each
    length, so that a test on one length would be right or wrong as a whole. The test 1x has the
    words of training, and 2x all longer ones up to twice the longest. The test 4x has those beyond
    up to four times, and 10x the rest up to ten times.
    """

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return settings on longer words; each setting has those beyond the one before it."""
        bounds = zip((0, *TIMES), TIMES, strict=False)
        return {
            f"{n}x": replace(self, horizon=n * self.longest, beyond=m * self.longest)
            for m, n in bounds
        }

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T) of tokens and targets (B, T), each a symbol that may come next.

        `extra` has "chances" (B, T, O), the probabilities of the targets, and "lengths" (B,).
        """
        lengths = self.draw_lengths(rng, count)
        n = lengths[:, None] // self.vocabulary
        step = np.arange(self.longest)
        tokens = np.minimum(step // n, self.vocabulary - 1)
        first_run = tokens == 0
        at_end_of_run = (step + 1) % n == 0
        certain = tokens + at_end_of_run
        following = np.where(first_run, rng.integers(0, 2, tokens.shape), certain)
        chances = np.eye(self.output_size, dtype=np.float32)[certain]
        chances[first_run] = [0.5, 0.5, *[0.0] * (self.output_size - 2)]
        return batch_of(tokens, following, chances, lengths)

    def blind_score(self, steps: int) -> float:
        """Return the sequence accuracy of the best reader of the last `steps` steps, by formula.

        It is right on words of n < steps / 2, and on one of the longer words that then look alike.
        To know when a run of n ends, a window of k steps must hold all of the run before it, so
        that k > 2n, or the whole word so far.
        """
        words = self.possible_lengths // self.vocabulary
        sure = int((2 * words < steps).sum())
        one_more = bool((words[sure:] <= steps).any())
        return (sure + one_more) / len(words)


@dataclass(frozen=True)
class AnBn(_Counting):
    """Which symbols may come next in words a^n b^n?

    read:                 a   a   a   b  b  b
    answer at each step:  ab  ab  ab  b  b  $      $ is the end of the word

    After an a, the target is drawn: a or b with probability 1/2 each, whatever n is. Lengths 2n are
    drawn evenly up to the horizon; the tests 1x, 2x, 4x and 10x are on longer and longer words. To
    know where the longest word ends, a reader must see the first symbol, unless it knows that no
    longer word exists. A predicted set is all symbols with a probability above 1/4. The target is
    our choice: 99 % of sequences right.

    source: Weiss, Goldberg & Yahav 2018, arXiv:1805.04908, after Gers & Schmidhuber 2001,
    doi:10.1109/72.963769, with sets of next symbols instead of accepting and rejecting words.
    """

    name: ClassVar[str] = "anbn"
    shortest_horizon: ClassVar[int] = 2
    stride: ClassVar[int] = 2
    symbols: ClassVar[str] = "ab"
    answers: ClassVar[str] = "ab$"


@dataclass(frozen=True)
class AnBnCn(_Counting):
    """Which symbols may come next in words a^n b^n c^n?

    read:                 a   a   b  b  c  c
    answer at each step:  ab  ab  b  c  c  $      $ is the end of the word

    After an a, the target is drawn: a or b with probability 1/2 each, whatever n is. Lengths 3n are
    drawn evenly up to the horizon; the tests 1x, 2x, 4x and 10x are on longer and longer words. A
    reader who sees an a, all b and all c, which are 2n + 1 steps, knows as much as one who sees the
    whole word. A predicted set is all symbols with a probability above 1/4. The target is our
    choice: 99 % of sequences right.

    source: Weiss, Goldberg & Yahav 2018, arXiv:1805.04908, after Gers & Schmidhuber 2001,
    doi:10.1109/72.963769, with sets of next symbols instead of accepting and rejecting words.
    """

    name: ClassVar[str] = "anbncn"
    shortest_horizon: ClassVar[int] = 3
    stride: ClassVar[int] = 3
    symbols: ClassVar[str] = "abc"
    answers: ClassVar[str] = "abc$"
