"""Places: functions that a plugin gives as a callable or as "module:attribute", imported on use."""

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any


def imported(place: str | Callable[..., Any]) -> Callable[..., Any]:
    """Return the callable, imported if it is given by its place.

    Raises ImportError, AttributeError, or ValueError for a malformed place.
    """
    function: Callable[..., Any] = resolve_name(place) if isinstance(place, str) else place
    return function
