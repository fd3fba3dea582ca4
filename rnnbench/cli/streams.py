"""Standard streams of a command: no failure to write costs results.

A standard stream that is closed is opened on the null device, so that no file of a run takes its
number. Text that cannot be encoded is written with backslashes. Text that cannot be written is
lost, and the exit code says so. If nobody reads standard output any more, the command ends; if
nobody reads standard error, it goes on.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO

STANDARD = (0, 1, 2)


class ReaderGone(Exception):
    """Nobody reads standard output any more.

    It is no OSError, because commands handle those as errors of their files.
    """


class Stream:
    """A text stream whose failures do not end a command.

    Only a stream `for_answers` raises ReaderGone, when nobody reads it any more.

    lost: whether something could not be written.
    """

    def __init__(self, stream: TextIO, *, for_answers: bool) -> None:
        self._stream = stream
        self._for_answers = for_answers
        self.lost = False

    def write(self, text: str) -> int:
        """Write a text, or lose it."""
        if not self.lost:
            with self._failing():
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        if not self.lost:
            with self._failing():
                self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError as error:
            self._give_up()
            if self._for_answers:
                raise ReaderGone from error
        except (OSError, ValueError):  # a full disk; a stream that somebody closed
            self._give_up()

    def _give_up(self) -> None:
        """Discard what is buffered, so that the interpreter does not report it at its end."""
        self.lost = True
        with suppress(OSError, ValueError):
            null_device = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null_device, self._stream.fileno())
            os.close(null_device)


@contextmanager
def careful_streams() -> Iterator[tuple[Stream, Stream]]:
    """Replace standard output and standard error by streams whose failures do not end a command."""
    _open_closed()
    before = (_encoding(sys.stdout, 1), _encoding(sys.stderr, 2))
    streams = (Stream(before[0], for_answers=True), Stream(before[1], for_answers=False))
    sys.stdout, sys.stderr = streams
    try:
        yield streams
    finally:
        for stream in streams:
            with suppress(ReaderGone):
                stream.flush()
        sys.stdout, sys.stderr = before


def _open_closed() -> None:
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free


def _encoding(stream: TextIO | None, number: int) -> TextIO:
    """The stream, made to encode any text; a new one where Python found it closed."""
    if stream is None:
        return os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream
