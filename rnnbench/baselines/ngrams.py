"""N-gram models, to which language models are compared."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_CODE = 2**63
Array = NDArray[Any]


def log_probabilities(train: Array, test: Array, symbols: int, order: int) -> Array:
    """Return the natural logarithm of the probability of each symbol of test[1:], (N - 1,).

    A symbol is predicted from the `order` - 1 symbols before it: order 0 is uniform, 1 unigram, 2
    bigram. Each order is interpolated with the one below it by the rule of Witten and Bell. With
    c(h) occurrences of a context h in training and d(h) different symbols behind it,

        p(w | h) = (c(h w) + d(h) p(w | shorter h)) / (c(h) + d(h)),
        p(w) = (c(w) + d() / symbols) / (c() + d()).

    The first symbols of the test have shorter contexts. Only training symbols are counted. Raises
    ValueError where symbols ** order does not fit 63 bits.

    source: Witten & Bell 1991, doi:10.1109/18.87000; interpolated as in Chen & Goodman 1999,
    doi:10.1006/csla.1999.0128.
    """
    if symbols**order >= LARGEST_CODE:
        raise ValueError(f"{symbols} symbols to the power of {order} do not fit 63 bits")
    chances = np.full(len(test) - 1, 1 / symbols)
    for length in range(1, order + 1):
        train_runs = _codes(train, symbols, length)
        test_runs = _codes(test, symbols, length)
        if not len(train_runs) or not len(test_runs):
            break
        shorter = chances[-len(test_runs) :] if length > 1 else chances
        shorter[:] = _interpolated(train_runs, test_runs[-len(shorter) :], shorter, symbols)
    logarithms: Array = np.log(chances)
    return logarithms


def _codes(sequence: Array, symbols: int, length: int) -> Array:
    """Return a code for each run of `length` symbols.

    The code divided by `symbols`, rounded down, is that of the run without its last symbol.
    """
    count = max(len(sequence) - length + 1, 0)
    codes = np.zeros(count, dtype=np.int64)
    for position in range(length):
        codes = codes * symbols + sequence[position : position + count]
    return codes


def _interpolated(train_runs: Array, test_runs: Array, shorter: Array, symbols: int) -> Array:
    """Return the probabilities of one order, given those of the order below it."""
    grams, occurrences = np.unique(train_runs, return_counts=True)
    contexts, first, followers = np.unique(grams // symbols, return_index=True, return_counts=True)
    totals = np.add.reduceat(occurrences, first)
    test_contexts = test_runs // symbols
    count = _look_up(grams, occurrences, test_runs)
    total = _look_up(contexts, totals, test_contexts)
    different = _look_up(contexts, followers, test_contexts)
    is_new = total == 0
    weights = np.where(is_new, 1, total + different)
    interpolated: Array = (count + different * shorter) / weights
    return np.where(is_new, shorter, interpolated)


def _look_up(keys: Array, values: Array, wanted: Array) -> Array:
    """Return the values at these sorted keys, and 0 for keys that are missing."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    values_or_zero: Array = np.where(keys[place] == wanted, values[place], 0)
    return values_or_zero
