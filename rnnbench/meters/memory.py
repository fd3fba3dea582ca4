"""Peak resident growth of a process: on Linux, blocks above 64 KiB are seen to a fraction of a mebibyte.

Large blocks are mapped one by one (so that freed ones go back to the system and none is found ready), what is free is
trimmed, and the high-water mark of the process is reset before the step that is measured. Smaller blocks come from the
heap of the C library, whose holes are not seen: a cell that makes many of them is read to some percent only.
"""

import ctypes
import gc
import sys
from pathlib import Path

M_MMAP_THRESHOLD = -3
MMAP_THRESHOLD_BYTES = 65536
PROC_STATUS = Path("/proc/self/status")
PROC_CLEAR_REFS = Path("/proc/self/clear_refs")


def prepare_allocator() -> None:
    """Have the C library map every block above 64 KiB by itself; call it before anything large is allocated."""
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)


class PeakMeter:
    """Peak resident bytes since `baseline`, over what was resident then."""

    def __init__(self) -> None:
        self.name = "VmHWM over VmRSS" if _can_reset() else "none on this system"
        self._baseline = 0

    def baseline(self) -> None:
        """Note what is resident now, with all that is free given back."""
        gc.collect()
        _trim()
        self._baseline = _status_bytes("VmRSS")

    def reset(self) -> None:
        """Give back what is free, and set the high-water mark to what is then resident."""
        gc.collect()
        _trim()
        if _can_reset():
            PROC_CLEAR_REFS.write_text("5")

    def peak_bytes(self) -> int | None:
        """The highest residency since `reset`, over the baseline; None where the system does not tell."""
        return _status_bytes("VmHWM") - self._baseline if _can_reset() else None


def _can_reset() -> bool:
    return sys.platform == "linux" and PROC_CLEAR_REFS.exists()


def _trim() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def _status_bytes(field: str) -> int:
    if not PROC_STATUS.exists():
        return 0
    for line in PROC_STATUS.read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0
