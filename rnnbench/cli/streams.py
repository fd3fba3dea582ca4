"""What a command prints to: a disk that is full, a reader that is gone, or an alphabet that is
small costs no results.

Standard streams that are closed are opened on nothing, so that no file of a run takes their
numbers. What cannot be encoded is written with backslashes. What cannot be written is lost, and the
exit code says so. Where nobody reads standard output any more, the command ends; where nobody reads
standard error, it goes on.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO

STANDARD = (0, 1, 2)


class ReaderGone(Exception):
    """Nobody reads standard output any more. No OSError, which commands take for one of their
    files."""


class Stream:
    """A text stream whose failures end nothing, but for a reader that is gone where the stream is
    `for_answers`.

    lost: whether something could not be written.
    """

    def __init__(self, stream: TextIO, *, for_answers: bool) -> None:
        self._stream = stream
        self._for_answers = for_answers
        self.lost = False

    def write(self, text: str) -> int:
        """Write, or lose, a text."""
        if not self.lost:
            with self._failing():
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
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
        """What is left in buffers goes nowhere, lest the interpreter complains of it at its end."""
        self.lost = True
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


@contextmanager
def careful_streams() -> Iterator[tuple[Stream, Stream]]:
    """Standard output and standard error that end nothing, while a command runs."""
    _open_closed()
    before = _encoding(sys.stdout, 1), _encoding(sys.stderr, 2)
    answers = Stream(before[0], for_answers=True)
    remarks = Stream(before[1], for_answers=False)
    streams = answers, remarks
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
    """The stream, which encodes all texts; a new one where Python found it closed."""
    if stream is None:
        return os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream
