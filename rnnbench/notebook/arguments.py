"""What is handed to a function in a notebook, as the command line has it; or what is wrong with
it."""

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from rnnbench.errors import RnnbenchError


def names(given: Iterable[str], argument: str) -> tuple[str, ...]:
    """Several names. Raises RnnbenchError for one text, which would otherwise be taken letter by
    letter."""
    if isinstance(given, str):
        raise RnnbenchError(f"{argument}: expected a list of names, got the text '{given}'")
    return tuple(given)


def number(given: int | None, argument: str, most: int | None = None) -> int | None:
    """A number of at least 1 and at most so many, or None. Raises RnnbenchError for any other."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int):
        raise RnnbenchError(f"{argument}: expected a whole number, got {given!r}")
    if given < 1 or (most is not None and given > most):
        allowed = "at least 1" if most is None else f"1 to {most}"
        raise RnnbenchError(f"{argument}: expected {allowed}, got {given}")
    return given


def settings(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of a suite with their values, as `--set` takes them. Raises RnnbenchError where that has
    no such value.

    TOML writes these values as JSON does.
    """
    return tuple(f"{key}={_written(key, value)}" for key, value in given.items())


def _written(key: str, value: Any) -> str:
    if not _is_plain(value):
        kind = type(value).__name__
        expected = "a number, a text, a path, True, False, or a list of these"
        raise RnnbenchError(f"settings: {key}: expected {expected}, got {kind}")
    return json.dumps(value, ensure_ascii=False, default=os.fspath)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(element) for element in value)
    return isinstance(value, bool | int | float | str | os.PathLike)
