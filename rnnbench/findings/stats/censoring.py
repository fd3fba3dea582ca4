"""Ratios of epochs to a target, where either cell may be censored at its budget."""

import numpy as np

ANYTHING = 1e6
"""A bound on any logarithm of a ratio, for a value that may lie anywhere."""


def between(ours: float, theirs: float, budgets: tuple[float, float]) -> tuple[float, float]:
    """Return from where to where the log-ratio of two epochs to target may lie.

    Epochs that are the budget, or more, did not reach the target.
    """
    value = float(np.log(ours / theirs))
    low = -ANYTHING if theirs >= budgets[1] else value
    high = ANYTHING if ours >= budgets[0] else value
    return low, high
