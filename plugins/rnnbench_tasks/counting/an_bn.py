"""Counting, generated: so many of one symbol, and then as many of the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.counting.next_symbol import NextSymbol, batch_of
from rnnbench_tasks.lengths import TIMES


@dataclass(frozen=True)
class _Counting(NextSymbol):
    """Words of runs of equal length, n of each symbol. Of what may come next, each is drawn as
    often as the others.

    There is one word of each length, so that one length alone would tell all or nothing: tests at
    1x are of the words of training, at 2x of all longer ones up to twice the longest, at 4x of
    those beyond that up to four times, at 10x of the rest up to ten times.
    """

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Longer words, those of each setting beyond those of the one before."""
        bounds = zip((0, *TIMES), TIMES, strict=False)
        return {
            f"{n}x": replace(self, horizon=n * self.longest, beyond=m * self.longest)
            for m, n in bounds
        }

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T) tokens; targets (B, T) one that may come next; extra "chances" (B, T, O),
        "lengths" (B,)."""
        lengths = self.draw_lengths(rng, count)
        n, step = lengths[:, None] // self.vocabulary, np.arange(self.longest)
        tokens = np.minimum(step // n, self.vocabulary - 1)
        first_run, at_end_of_run = tokens == 0, (step + 1) % n == 0
        following = np.where(first_run, rng.integers(0, 2, tokens.shape), tokens + at_end_of_run)
        chances = np.eye(self.output_size, dtype=np.float32)[tokens + at_end_of_run]
        chances[first_run] = [0.5, 0.5, *[0.0] * (self.output_size - 2)]
        return batch_of(tokens, following, chances, lengths)

    def blind_score(self, steps: int) -> float:
        """By formula: right on words of n < steps / 2, and on one longer word more, of those that
        then look alike.

        A window of k steps holds the end of a run of n, and of the run before it all or more than
        n, only where k > 2n, unless it holds the whole word so far.
        """
        words = self.possible_lengths // self.vocabulary
        sure = int((2 * words < steps).sum())
        one_more = bool((words[sure:] <= steps).any())
        return (sure + one_more) / len(words)


@dataclass(frozen=True)
class AnBn(_Counting):
    """Words a^n b^n: which symbols may come next?

    read:                 a   a   a   b  b  b
    answer at each step:  ab  ab  ab  b  b  $      $ is the end of the word

    The target that is drawn after an a is a or b, as often one as the other, whatever n is. Lengths
    2n are drawn evenly up to the horizon; tests at 1x to 10x are of longer and longer ones. To know
    where the longest word ends, a reader must see the first symbol; one who knows that there is no
    longer word can do without. A predicted set is all symbols with a probability above 1/4; the
    target, ours, is 99 of 100 sequences right. source: Weiss, Goldberg & Yahav 2018,
    arXiv:1805.04908, after Gers & Schmidhuber 2001, doi:10.1109/72.963769, with sets of next
    symbols in place of accepting and rejecting words.
    """

    name: ClassVar[str] = "anbn"
    shortest_horizon: ClassVar[int] = 2
    stride: ClassVar[int] = 2
    symbols: ClassVar[str] = "ab"
    answers: ClassVar[str] = "ab$"


@dataclass(frozen=True)
class AnBnCn(_Counting):
    """Words a^n b^n c^n: which symbols may come next?

    read:                 a   a   b  b  c  c
    answer at each step:  ab  ab  b  c  c  $      $ is the end of the word

    The target that is drawn after an a is a or b, as often one as the other, whatever n is. Lengths
    3n are drawn evenly up to the horizon; tests at 1x to 10x are of longer and longer ones. A
    reader who sees an a, all b and c, 2n + 1 steps, knows as much as one who sees the whole word. A
    predicted set is all symbols with a probability above 1/4; the target, ours, is 99 of 100
    sequences right. source: Weiss, Goldberg & Yahav 2018, arXiv:1805.04908, after Gers &
    Schmidhuber 2001, doi:10.1109/72.963769, with sets of next symbols in place of accepting and
    rejecting words.
    """

    name: ClassVar[str] = "anbncn"
    shortest_horizon: ClassVar[int] = 3
    stride: ClassVar[int] = 3
    symbols: ClassVar[str] = "abc"
    answers: ClassVar[str] = "abc$"
