"""Modular arithmetic: a calculation without brackets, read from left to right."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from rnnbench_tasks.lengths import Array
from rnnbench_tasks.state.tracked import Tracked

MODULUS = 5
PLUS, MINUS, TIMES = MODULUS, MODULUS + 1, MODULUS + 2


@dataclass(frozen=True)
class ModularArithmetic(Tracked):
    """What is the value, modulo 5, of a calculation with +, - and *? The product goes before sum
    and difference.

    read:  3 - 2 * 4 + 1
    answer at the last step: 1, for 3 - 8 + 1 = -4 modulo 5

    Numbers and signs are drawn evenly. The likeliest value is 0, for a product is 0 as soon as a
    factor is: 1/5 at one number, 19/75 = 0.253 at two, 0.2 in the limit. Lengths are odd, drawn
    evenly from 1 to the horizon, or one step less where that is even; tests at 1x, 2x, 4x and 10x
    have exactly so many times the longest, or one step less. source: Delétang et al. 2022,
    arXiv:2207.02098, "Modular Arithmetic (Simple)", with the precedence of the product as in the
    authors' code, which takes products first and shortens an even length by one.
    """

    name: ClassVar[str] = "modular-arithmetic"
    stride: ClassVar[int] = 2
    tokens: ClassVar[int] = MODULUS + 3
    states: ClassVar[int] = MODULUS

    def chance(self, steps: Array) -> Array:
        """The value 0 of a calculation of so many steps, an odd number or none."""
        likeliest: Array = np.array([1.0, *_zero_values(self.longest)[0]])[(steps + 1) // 2]
        return likeliest

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Numbers at even positions and signs at odd ones, and the value of what was read so far,
        both (B, T)."""
        tokens = rng.integers(0, MODULUS, (count, self.longest))
        tokens[:, 1::2] = rng.integers(PLUS, TIMES + 1, (count, self.longest // 2))
        return tokens, values(tokens)

    def blind_score(self, steps: int) -> float:
        """By formula, see `_blind`."""
        return float(np.mean([_blind(int(length), steps) for length in self.possible_lengths]))


def values(tokens: Array) -> Array:
    """The value of a calculation up to each number, (B, T); a sign has that of the number before
    it."""
    term, before = tokens[:, 0], np.zeros(len(tokens), dtype=np.int64)
    found = np.repeat(term[:, None], tokens.shape[1], axis=1)
    for step in range(1, tokens.shape[1] - 1, 2):
        sign, number = tokens[:, step], tokens[:, step + 1]
        times = sign == TIMES
        before = np.where(times, before, before + term)
        term = np.where(times, term * number, np.where(sign == MINUS, -number, number)) % MODULUS
        found[:, step + 1 :] = ((before + term) % MODULUS)[:, None]
    return found


@cache
def _zero_values(steps: int) -> tuple[Array, Array]:
    """How likely 0 is for calculations of 1, 2, ... numbers, up to so many steps: as their value,
    and as the value of all but their last term.

    With S the sum of the terms before the last, P the last and w a fifth root of unity, u = E[w^S;
    P != 0] and v = E[w^S; P = 0] follow a linear recursion over the signs, since P, where it is not
    0, is as likely 1 as 2, 3, 4. Then E[w^(S + P)] = v - u / 4, E[w^S] = u + v, and P(X = 0) = 1/5
    + 4/5 E[w^X].
    """
    u, v = 4 / 5, 1 / 5
    value, before = [], []
    for _ in range(0, steps, 2):
        whole = v - u / 4
        value.append(1 / 5 + 4 / 5 * whole)
        before.append(1 / 5 + 4 / 5 * (u + v))
        u, v = (4 / 15 * u + 8 / 15 * whole, v / 3 + u / 15 + 2 / 15 * whole)
    return np.array(value), np.array(before)


def _blind(length: int, steps: int) -> float:
    """What the best reader of the last steps of a calculation scores.

    It takes what is hidden for 0, and a number whose sign is hidden for added. Where the first
    product that it sees is not 0, the hidden part is as random with it as without it; where it is
    0, only the hidden terms before count.
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
    return not_zero * (value + 2 * other) / 3 + (1 - not_zero) * (2 * value + before) / 3
