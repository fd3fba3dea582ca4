"""What a child is at: a page of memory in a shared file, which its driver reads when the child
hangs or is gone.

Writing copies some bytes: no call of the system comes between two steps that are measured.
"""

import mmap
import os

PAGE_BYTES = 512


class Marker:
    """The writing side, in the child."""

    def __init__(self, file: int) -> None:
        os.ftruncate(file, PAGE_BYTES)
        self._page = mmap.mmap(file, PAGE_BYTES)

    def mark(self, words: str) -> None:
        """Say what is begun now."""
        self._page[:] = words.encode(errors="replace")[:PAGE_BYTES].ljust(PAGE_BYTES, b"\0")


def last_begun(file: int) -> str:
    """What the child wrote last; "" where it wrote nothing."""
    return os.pread(file, PAGE_BYTES, 0).rstrip(b"\0").decode(errors="replace")
