"""Places of functions: what a plugin gives either as a callable or as "module:attribute", imported
on use."""

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any


def imported(place: str | Callable[..., Any]) -> Callable[..., Any]:
    """The callable, imported where it is given by its place. Raises ImportError, AttributeError, or
    ValueError for what is no place."""
    found: Callable[..., Any] = resolve_name(place) if isinstance(place, str) else place
    return found
