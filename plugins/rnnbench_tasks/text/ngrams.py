"""N-gram models: the forecasts that language models are held against."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_CODE = 2**63
Array = NDArray[Any]


def log_probabilities(train: Array, test: Array, symbols: int, order: int) -> Array:
    """Natural logarithms of the probabilities of test[1:], each from the order - 1 symbols before
    it: (N - 1,).

    Order 0 is uniform, 1 unigram, 2 bigram. Each order is interpolated with the one below it by the
    rule of Witten and Bell: with c(h) occurrences of a context in training and d(h) different
    symbols behind it,

        p(w | h) = (c(h w) + d(h) p(w | shorter h)) / (c(h) + d(h)),
        p(w) = (c(w) + d() / symbols) / (c() + d()).

    The first symbols of the test have the shorter contexts that there are. Nothing of the test is
    counted. source: Witten & Bell 1991, doi:10.1109/18.87000; interpolated as in Chen & Goodman
    1999, doi:10.1006/csla.1999.0128. Raises ValueError where symbols ** order does not fit 63 bits.
    """
    if symbols**order >= LARGEST_CODE:
        raise ValueError(f"{symbols} symbols to the power of {order} do not fit 63 bits")
    chances = np.full(len(test) - 1, 1 / symbols)
    for length in range(1, order + 1):
        seen, asked = _codes(train, symbols, length), _codes(test, symbols, length)
        if not len(seen) or not len(asked):
            break
        known = chances[-len(asked) :] if length > 1 else chances
        known[:] = _interpolated(seen, asked[-len(known) :], known, symbols)
    found: Array = np.log(chances)
    return found


def _codes(sequence: Array, symbols: int, length: int) -> Array:
    """One number for each run of `length` symbols; divided by `symbols` it is that of the context
    alone."""
    count = max(len(sequence) - length + 1, 0)
    codes = np.zeros(count, dtype=np.int64)
    for position in range(length):
        codes = codes * symbols + sequence[position : position + count]
    return codes


def _interpolated(seen: Array, asked: Array, shorter: Array, symbols: int) -> Array:
    """The probabilities of one order, given those of the order below it."""
    grams, occurrences = np.unique(seen, return_counts=True)
    contexts, first, followers = np.unique(grams // symbols, return_index=True, return_counts=True)
    totals = np.add.reduceat(occurrences, first)
    count = _looked_up(grams, occurrences, asked)
    total = _looked_up(contexts, totals, asked // symbols)
    different = _looked_up(contexts, followers, asked // symbols)
    unseen = total == 0
    found: Array = (count + different * shorter) / np.where(unseen, 1, total + different)
    return np.where(unseen, shorter, found)


def _looked_up(keys: Array, values: Array, asked: Array) -> Array:
    """The values at these keys, 0 where there is none."""
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    found: Array = np.where(keys[place] == asked, values[place], 0)
    return found
