"""Shows what a long command does now, on standard error."""

from time import monotonic
from typing import Self

from rich.markup import escape

from rnnbench.cli.output import console, note

PAUSE_SECONDS = 30.0
"""Between two lines that say what is done, where there is no terminal."""


class Doing:
    """Shows what is measured now: in one line of a terminal, else in a line now and then."""

    def __init__(self) -> None:
        self._status = console(stderr=True).status("")
        self._said = -PAUSE_SECONDS

    def __enter__(self) -> Self:
        if console(stderr=True).is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._status.stop()

    def now(self, doing: str) -> None:
        """Show what is done now."""
        if console(stderr=True).is_terminal:
            self._status.update(escape(doing))
        elif monotonic() - self._said >= PAUSE_SECONDS:
            self._said = monotonic()
            note(doing)
