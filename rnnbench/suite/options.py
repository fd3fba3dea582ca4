"""Completes given options by the declared ones, and checks their names and types."""

from collections.abc import Mapping

from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import Option
from rnnbench.suite.numbers import number_problem


def complete_options(
    given: Mapping[str, Option], declared: Mapping[str, Option], where: str
) -> dict[str, Option]:
    """All declared options with their defaults, overridden by the given ones.

    Raises UnknownName for an undeclared option, RnnbenchError for a value of another type than the
    default's.
    """
    complete = dict(declared)
    for option, value in given.items():
        if option not in declared:
            raise UnknownName("option", option, declared, where)
        problem = number_problem(value) or _type_problem(value, declared[option])
        if problem:
            raise RnnbenchError(f"{where}.{option}: {problem}")
        complete[option] = _as_default(value, declared[option])
    return complete


def _type_problem(value: Option, default: Option) -> str:
    """Why a value does not have the type of a default; "" where it does, or one of them is None."""
    if default is None or value is None or _same_type(value, default):
        return ""
    return f"expected {type(default).__name__}, got {type(value).__name__}"


def _same_type(value: Option, default: Option) -> bool:
    """Whether a value has the type of its default; a whole number will do for a float."""
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)


def _as_default(value: Option, default: Option) -> Option:
    """A whole number as a float if the default is one, so that 1 and 1.0 give the same trial."""
    return float(value) if isinstance(default, float) and isinstance(value, int) else value
