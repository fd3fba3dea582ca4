"""The options -q and -v, which say how much a command prints."""

from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Verbosity(IntEnum):
    """How much a command prints on standard output."""

    QUIET = 0
    USUAL = 1
    VERBOSE = 2


def verbosity(quiet: str, verbose: str) -> Callable[[Command], Callable[..., Any]]:
    """Add -q and -v with these helps to a command, which gets them as `shown`."""

    def decorate(command: Command) -> Callable[..., Any]:
        @click.option("-v", "--verbose", is_flag=True, help=verbose)
        @click.option("-q", "--quiet", is_flag=True, help=quiet)
        @wraps(command)
        def with_both(*arguments: Any, quiet: bool, verbose: bool, **options: Any) -> Any:
            if quiet and verbose:
                raise click.UsageError("-q and -v exclude each other")
            shown = Verbosity.USUAL
            if quiet:
                shown = Verbosity.QUIET
            if verbose:
                shown = Verbosity.VERBOSE
            return command(*arguments, shown=shown, **options)

        return with_both

    return decorate
