"""Describe the end of a process, with the last line that it has printed."""

from typing import BinaryIO

CHARACTERS_KEPT = 300


def last_line(output: BinaryIO) -> str:
    """Return the beginning of the last line in a file; "" where there is none."""
    output.seek(0)
    lines = output.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:CHARACTERS_KEPT] if lines else ""


def describe_end(code: int | None, line: str) -> str:
    """Return how a process ended, from its exit code, or the negative number of a signal."""
    words = f": {line}" if line else ""
    if code is not None and code < 0:
        return f"was ended by signal {-code}{words}"
    return f"ended with code {code}{words}"
