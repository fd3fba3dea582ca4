"""Checks of the values of options, each with one clear sentence."""

from collections.abc import Sequence

import rnnbench


def require_one_of(what: str, value: str, known: Sequence[str]) -> None:
    """Raise RnnbenchError for a value that is none of those that there are; `what` names cell and
    option."""
    if value not in known:
        raise rnnbench.RnnbenchError(f"{what} should be one of {', '.join(known)}, got '{value}'")


def require_above_zero(what: str, value: float) -> None:
    """Raise RnnbenchError for a number that is 0 or below; `what` names cell and option."""
    if not value > 0:
        raise rnnbench.RnnbenchError(f"{what} should be above 0, got {value:g}")
