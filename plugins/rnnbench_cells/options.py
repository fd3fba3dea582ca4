"""Checks that refuse a wrong value of an option with one sentence."""

from collections.abc import Sequence

import rnnbench


def require_one_of(what: str, value: str, known: Sequence[str]) -> None:
    """Raise RnnbenchError unless the value is one of the known ones; `what` is "cell: option"."""
    if value not in known:
        raise rnnbench.RnnbenchError(f"{what} should be one of {', '.join(known)}, got '{value}'")


def require_above_zero(what: str, value: float) -> None:
    """Raise RnnbenchError unless the value is above 0 (NaN is not); `what` is "cell: option"."""
    if not value > 0:
        raise rnnbench.RnnbenchError(f"{what} should be above 0, got {value:g}")


def require_count(what: str, value: int, least: int) -> None:
    """Raise RnnbenchError for a number below the least one; `what` is "cell: option"."""
    if value < least:
        raise rnnbench.RnnbenchError(f"{what} should be {least} or above, got {value}")
