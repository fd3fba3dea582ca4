"""Modular arithmetic: a calculation without brackets, read from left to right."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array
from rnnbench_tasks.state.tracked import Tracked

MODULUS = 5
PLUS = MODULUS
MINUS = MODULUS + 1
TIMES = MODULUS + 2
NAMES = "01234+-*"
"""The names of the tokens."""


@dataclass(frozen=True)
class ModularArithmetic(Tracked):
    """What is the value, modulo 5, of a calculation with +, - and *?

    read:  3 - 2 * 4 + 1
    answer at the last step: 1, for 3 - 8 + 1 = -4 modulo 5

    Products are taken before sums and differences. Numbers and signs are drawn evenly. The
    likeliest value is 0, since a product is 0 if any factor is. Its probability is 1/5 for one
    number, 19/75 = 0.253 for two, and 0.2 in the limit. Lengths are odd, drawn evenly from 1 to the
    horizon, or to one step less where that is even. The tests 1x, 2x, 4x and 10x have exactly that
    multiple of the longest length, or one step less where that is even.

    source: Delétang et al. 2022, arXiv:2207.02098, "Modular Arithmetic (Simple)". As in the
    authors' code, products are taken first, and an even length is shortened by one.
    """

    name: ClassVar[str] = "modular-arithmetic"
    stride: ClassVar[int] = 2
    tokens: ClassVar[int] = MODULUS + 3
    states: ClassVar[int] = MODULUS

    def chance(self, steps: Array) -> Array:
        """Return the probability of the value 0 for hidden steps, an odd number or none."""
        value, _ = _zero_values(self.longest)
        by_numbers = np.array([1.0, *value])
        likeliest: Array = by_numbers[(steps + 1) // 2]
        return likeliest

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Draw numbers at even steps and signs at odd ones, and the value of all read so far.

        Both arrays are (B, T).
        """
        tokens = rng.integers(0, MODULUS, (count, self.longest))
        tokens[:, 1::2] = rng.integers(PLUS, TIMES + 1, (count, self.longest // 2))
        return tokens, values(tokens)

    def example(self, one: rnnbench.Batch, outputs: Array) -> rnnbench.Example:
        """Return the calculation as it is written, and its value."""
        read = [NAMES[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read)

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, over all lengths."""
        scores = [_blind(int(length), steps) for length in self.possible_lengths]
        return float(np.mean(scores))


def values(tokens: Array) -> Array:
    """Return the value of a calculation up to each number, (B, T).

    At a sign, it is the value up to the number before it.
    """
    term = tokens[:, 0]
    before = np.zeros(len(tokens), dtype=np.int64)
    found = np.repeat(term[:, None], tokens.shape[1], axis=1)
    for step in range(1, tokens.shape[1] - 1, 2):
        sign = tokens[:, step]
        number = tokens[:, step + 1]
        times = sign == TIMES
        before = np.where(times, before, before + term)
        signed = np.where(sign == MINUS, -number, number)
        term = np.where(times, term * number, signed) % MODULUS
        found[:, step + 1 :] = ((before + term) % MODULUS)[:, None]
    return found


@cache
def _zero_values(steps: int) -> tuple[Array, Array]:
    """Return the probabilities of the value 0 for calculations of 1, 2, ... numbers.

    The first array is for their whole value, the second for the value of all but their last term.
    Calculations have at most `steps` steps.

    Let S be the sum of the terms before the last, P the last term, and w a fifth root of unity.
    Then u = E[w^S; P != 0] and v = E[w^S; P = 0] follow a linear recursion over the signs. A P that
    is not 0 is equally likely 1, 2, 3 and 4. From them, E[w^(S + P)] = v - u / 4, E[w^S] = u + v,
    and P(X = 0) = 1/5 + 4/5 E[w^X].
    """
    u = 4 / 5
    v = 1 / 5
    value = []
    before = []
    for _ in range(0, steps, 2):
        whole = v - u / 4
        value.append(1 / 5 + 4 / 5 * whole)
        before.append(1 / 5 + 4 / 5 * (u + v))
        v = v / 3 + u / 15 + 2 / 15 * whole
        u = 4 / 15 * u + 8 / 15 * whole
    return np.array(value), np.array(before)


def _blind(length: int, steps: int) -> float:
    """Return the accuracy of the best reader of the last `steps` steps of a calculation.

    It takes the hidden steps for 0, and a number whose sign is hidden for added. Where the first
    product that it sees is not 0, the hidden part is as random with that product as without it.
    Where that product is 0, only the hidden terms before it count.
    """
    if steps >= length:
        return 1.0
    seen = (steps + 1) // 2
    hidden = (length + 1) // 2 - seen
    value, before = (float(likely[hidden - 1]) for likely in _zero_values(length))
    not_zero = 1.0
    for _ in range(seen):
        not_zero = 4 / 5 * (2 / 3 + not_zero / 3)
    if steps % 2 == 0:
        lost = (1 - not_zero) / 3
        return (1 - lost) * value + lost * before
    other = (1 - value) / 4
    where_not_zero = not_zero * (value + 2 * other) / 3
    where_zero = (1 - not_zero) * (2 * value + before) / 3
    return where_not_zero + where_zero
