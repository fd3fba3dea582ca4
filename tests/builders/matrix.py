"""Long lists of cases: `make test` tries a part of them, and `make test-all` all."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest


def each(cases: Sequence[Any], every: int) -> list[Any]:
    """All cases; those between the first, and each `every`-th after it, are slow."""
    return [case if number % every == 0 else slow(case) for number, case in enumerate(cases)]


def named(names: Sequence[str], usual: Collection[str]) -> list[Any]:
    """All names; those that are not usual are slow. Raises ValueError for a name that is not there."""
    unknown = set(usual) - set(names)
    if unknown:
        raise ValueError(f"not among the cases: {sorted(unknown)}")
    return [name if name in usual else slow(name) for name in names]


def slow(case: Any) -> Any:
    """The case, which `make test` leaves out."""
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
