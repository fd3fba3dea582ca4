"""The stage of a child's work, in a shared file that its driver reads when the child hangs or dies.

The child writes it into mapped memory, so that no system call disturbs the measured steps.
"""

import mmap
import os

PAGE_BYTES = 512


class Marker:
    """Writes the stage, in the child."""

    def __init__(self, file: int) -> None:
        os.ftruncate(file, PAGE_BYTES)
        self._page = mmap.mmap(file, PAGE_BYTES)

    def mark(self, stage: str) -> None:
        """Write the stage that begins."""
        content = stage.encode(errors="replace")[:PAGE_BYTES]
        self._page[:] = content.ljust(PAGE_BYTES, b"\0")


def last_stage(file: int) -> str:
    """Return the last stage that the child has written; "" where it has written none."""
    return os.pread(file, PAGE_BYTES, 0).rstrip(b"\0").decode(errors="replace")
