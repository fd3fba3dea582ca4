"""Which numbers a suite, an option or a dial may hold: those that travel in JSON."""

import math
from typing import Any

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""What a whole number in a trial may be."""


def number_problem(value: Any) -> str:
    """Why a number cannot travel in JSON, in which trials do, or be shown; "" where it can, and for
    what is no number.

    TOML knows inf, nan, and whole numbers of any size.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f"expected a finite number, got {value}"
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        return f"expected a whole number of at most 64 bits, got one of {value.bit_length()} bits"
    return ""
