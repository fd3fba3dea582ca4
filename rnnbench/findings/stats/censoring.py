"""Where a ratio of epochs may lie of which one, or both, are censored at the budget."""

import numpy as np

ANYTHING = 1e6
"""A logarithm of a ratio that nothing reaches: where a value may lie anywhere."""


def between(ours: float, theirs: float, budgets: tuple[float, float]) -> tuple[float, float]:
    """From where to where the log-ratio of two epochs to target may lie, a budget standing for "not
    reached"."""
    value = float(np.log(ours / theirs))
    return (-ANYTHING if theirs >= budgets[1] else value), (
        ANYTHING if ours >= budgets[0] else value
    )
