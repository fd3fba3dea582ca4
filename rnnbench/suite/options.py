"""Options that were given, against those that are declared with their defaults."""

from collections.abc import Mapping

from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import Option
from rnnbench.suite.numbers import number_problem


def complete_options(
    given: Mapping[str, Option], declared: Mapping[str, Option], where: str
) -> dict[str, Option]:
    """All options that are declared, with those that were given set.

    Raises UnknownName for one that is not declared, RnnbenchError for a value that is not of the
    default's type.
    """
    for option, value in given.items():
        if option not in declared:
            raise UnknownName("option", option, declared, where)
        if problem := number_problem(value):
            raise RnnbenchError(f"{where}.{option}: {problem}")
        default = declared[option]
        if default is not None and value is not None and not _alike(value, default):
            found = f"expected {type(default).__name__}, got {type(value).__name__}"
            raise RnnbenchError(f"{where}.{option}: {found}")
    return {
        **declared,
        **{option: _as_default(value, declared[option]) for option, value in given.items()},
    }


def _alike(value: Option, default: Option) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)


def _as_default(value: Option, default: Option) -> Option:
    """1 and 1.0 are the same setting of a float, and must give the same trial."""
    return float(value) if isinstance(default, float) and isinstance(value, int) else value
