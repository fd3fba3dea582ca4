"""Ratios of epochs to a target, where either cell may be censored at its budget."""

from functools import lru_cache

import numpy as np

ANYTHING = 1e6
"""A bound on any logarithm of a ratio, for a value that may lie anywhere."""


def between(ours: float, theirs: float, budgets: tuple[float, float]) -> tuple[float, float]:
    """Return from where to where the log-ratio of two epochs to target may lie.

    Epochs that are the budget, or more, did not reach the target.
    """
    value = log_ratio(ours, theirs)
    low = -ANYTHING if theirs >= budgets[1] else value
    high = ANYTHING if ours >= budgets[0] else value
    return low, high


@lru_cache(maxsize=2**16)
def log_ratio(ours: float, theirs: float) -> float:
    """Return the logarithm of the ratio of two epochs, of which there are few different ones."""
    return float(np.log(ours / theirs))
