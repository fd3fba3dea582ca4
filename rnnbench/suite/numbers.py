"""Checks the numbers of suites, options and dials: they must survive JSON."""

import math
from typing import Any

SMALLEST = -(2**63)
LARGEST = 2**63 - 1
"""The range of whole numbers in a trial."""


def number_problem(value: Any) -> str:
    """Why a number cannot be written as JSON; "" where it can, and for a value that is no number.

    TOML allows inf, nan, and whole numbers of any size.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f"expected a finite number, got {value}"
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        return f"expected a whole number of at most 64 bits, got one of {value.bit_length()} bits"
    return ""
