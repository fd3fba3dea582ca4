"""What a child is at: a page of memory in a file, which its driver reads when the child hangs or is gone.

Writing copies some bytes: no call of the system comes between two steps that are measured.
"""

import mmap
from pathlib import Path

PAGE_BYTES = 512


class Marker:
    """The writing side, in the child."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(PAGE_BYTES))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), PAGE_BYTES)

    def mark(self, words: str) -> None:
        """Say what is begun now."""
        self._page[:] = words.encode()[:PAGE_BYTES].ljust(PAGE_BYTES, b"\0")


def last_begun(path: Path) -> str:
    """What the child wrote last; "" where it wrote nothing."""
    try:
        return path.read_bytes().rstrip(b"\0").decode(errors="replace")
    except OSError:
        return ""
