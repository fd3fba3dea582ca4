"""How near the size of a model is to the budget that its recipe matches."""

BUDGET_TOLERANCE = 0.02
"""Sizes that deviate from the budget by more than this share are reported with their deviation."""
ROUNDING = 1e-9
"""What is rounded away in a deviation, so that 1,020 of 1,000 are 2 % too many and no more."""


def misses_budget(off_budget: float | None) -> bool:
    """Return whether a size deviates from its budget by more than is tolerated.

    off_budget: (size - budget) / budget; None where hidden sizes are matched, which have none.
    """
    return off_budget is not None and abs(off_budget) > BUDGET_TOLERANCE + ROUNDING
