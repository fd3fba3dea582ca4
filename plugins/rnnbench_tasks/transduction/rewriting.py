"""Strings that are written again in another order: reverse, duplicate, odds-first, bucket-sort."""

from dataclasses import dataclass
from functools import cache
from math import lgamma, log
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array
from rnnbench_tasks.transduction.strings import Rearrangement, StringTask


@dataclass(frozen=True)
class Reverse(Rearrangement):
    """Write a string of bits backwards.

    read:     0 1 1 0 1 ? ? ? ? ?
    answers:            1 0 1 1 0

    The symbol that was read last is written first, as a stack gives it. The first symbol is due 2 n
    steps after it was read, itself included, which is the horizon: 80 steps for strings of up to 40
    bits. A reader who does not see a bit is right half the time.

    source: Delétang et al. 2022, arXiv:2207.02098, "Reverse String" (deterministic context-free).
    """

    horizon: int = 80
    name: ClassVar[str] = "reverse"
    shortest_horizon: ClassVar[int] = 2

    @staticmethod
    def steps_to_see(length: int) -> int:
        """Return 2 n."""
        return 2 * length

    @staticmethod
    def places(length: int) -> Array:
        """Return the places from the last one down."""
        return np.arange(length)[::-1]


@dataclass(frozen=True)
class Duplicate(Rearrangement):
    """Write a string of bits twice.

    read:     0 1 1 ? ? ? ? ? ?
    answers:        0 1 1 0 1 1

    In the first copy each bit is due n + 1 steps after it was read, itself included, and in the
    second 2 n + 1 steps, which is the horizon: 81 steps for strings of up to 40 bits. A reader who
    does not see a bit is right half the time.

    source: Delétang et al. 2022, arXiv:2207.02098, "Duplicate String" (context-sensitive).
    """

    horizon: int = 81
    name: ClassVar[str] = "duplicate"
    shortest_horizon: ClassVar[int] = 3
    copies: ClassVar[int] = 2

    @staticmethod
    def steps_to_see(length: int) -> int:
        """Return 2 n + 1."""
        return 2 * length + 1

    @staticmethod
    def places(length: int) -> Array:
        """Return all places in order, twice."""
        return np.tile(np.arange(length), 2)


@dataclass(frozen=True)
class OddsFirst(Rearrangement):
    """Write the first, third, fifth, ... bit of a string, and then the second, fourth, ...

    read:     0 1 1 0 1 ? ? ? ? ?
    answers:            0 1 1 1 0

    The second bit is due n + ceil(n / 2) steps after it was read, itself included, which is the
    horizon: 60 steps for strings of up to 40 bits. A string of one bit needs 2. A reader who does
    not see a bit is right half the time.

    source: Delétang et al. 2022, arXiv:2207.02098, "Odds First" (context-sensitive), in the order
    that they state; the authors' code writes the second, fourth, ... bit first.
    """

    horizon: int = 60
    name: ClassVar[str] = "odds-first"
    shortest_horizon: ClassVar[int] = 2

    @staticmethod
    def steps_to_see(length: int) -> int:
        """Return n + ceil(n / 2)."""
        return length + (length + 1) // 2

    @staticmethod
    def places(length: int) -> Array:
        """Return the even places, counted from 0, and then the odd ones."""
        return np.concatenate([np.arange(0, length, 2), np.arange(1, length, 2)])


@dataclass(frozen=True)
class BucketSort(StringTask):
    """Write the symbols of a string in ascending order.

    read:     3 0 4 0 2 ? ? ? ? ?
    answers:            0 0 2 3 4

    There are five symbols. What is written at the last of n markers can depend on the first symbol,
    2 n steps back, both included, which is the horizon: 80 steps for strings of up to 40 symbols.
    No symbol is likelier than another, but small ones are likelier at the first markers: a reader
    who knows the length and the place, and sees nothing of the string, has accuracy 1/5 on a single
    symbol, more on longer strings, and 1 in the limit. That is the trivial forecast, in closed
    form. No formula gives the score of other blind readers, whose best guess depends on all counts
    that they see. The paper counts 1/5 as chance.

    source: Delétang et al. 2022, arXiv:2207.02098, "Bucket Sort" (context-sensitive).
    """

    horizon: int = 80
    name: ClassVar[str] = "bucket-sort"
    shortest_horizon: ClassVar[int] = 2
    symbols: ClassVar[int] = 5

    @staticmethod
    def steps_to_see(length: int) -> int:
        """Return 2 n."""
        return 2 * length

    def written(self, strings: Array) -> Array:
        """Return the strings in ascending order."""
        return np.sort(strings, axis=1)

    def chance(self, length: int) -> float:
        """Return the mean over places of the probability of the likeliest symbol."""
        return float(likeliest(length, self.symbols).mean())


@cache
def likeliest(length: int, symbols: int) -> Array:
    """Return the probability of the likeliest symbol at each place of a sorted string, (n,).

    The symbol at place m, counted from 1, is at most s where at least m of the n symbols are: the
    upper tail of a binomial distribution with probability (s + 1) / S.
    """
    counts = np.arange(length + 1)
    log_ways = lgamma(length + 1) - np.array(
        [lgamma(n + 1) + lgamma(length - n + 1) for n in counts]
    )
    at_most = [np.zeros(length)]
    for symbol in range(1, symbols):
        share = symbol / symbols
        log_chances = log_ways + counts * log(share) + (length - counts) * log(1 - share)
        at_most.append(np.cumsum(np.exp(log_chances[::-1]))[::-1][1:])
    at_most.append(np.ones(length))
    largest: Array = np.diff(at_most, axis=0).max(axis=0)
    return largest


TASKS: tuple[type[rnnbench.Task], ...] = (Reverse, Duplicate, OddsFirst, BucketSort)
