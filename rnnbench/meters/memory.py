"""Peak resident growth of a process: on Linux, blocks above 64 KiB are seen to a fraction of a
mebibyte.

Large blocks are mapped one by one (so that freed ones go back to the system and none is found
ready), what is free is trimmed, and the high-water mark of the process is reset before the step
that is measured. Smaller blocks come from the heap of the C library, whose holes are not seen: a
cell that makes many of them is read to some percent only.
"""

import ctypes
import gc
import sys
from pathlib import Path

import psutil
import torch

if sys.platform != "win32":
    import resource

M_MMAP_THRESHOLD = -3
MMAP_THRESHOLD_BYTES = 65536
PROC_STATUS = Path("/proc/self/status")
PROC_CLEAR_REFS = Path("/proc/self/clear_refs")


def prepare_allocator() -> None:
    """Have the C library map every block above 64 KiB by itself; call it before anything large is
    allocated."""
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)


class PeakMeter:
    """Peak bytes since `reset`, over what was taken at `baseline`; on a device of its own, what
    torch has from it.

    name: how they are read. Where the high-water mark cannot be reset, it is that of the whole life
          of the process, and a figure there is only where the measured step raises it.
    """

    def __init__(self, device: str = "cpu") -> None:
        self._device = device
        self._baseline = self._highest_before = 0
        if device == "cuda":
            self.name = "torch.cuda.max_memory_allocated"
        elif _can_reset():
            self.name = "VmHWM over VmRSS"
        else:
            self.name = (
                "highest resident size of the process's life"
                if _life_peak()
                else "none on this system"
            )

    def baseline(self) -> None:
        """Note what is taken now, with all that is free given back."""
        self._tidy()
        if self._device == "cuda":
            self._baseline = torch.cuda.memory_allocated()
        else:
            self._baseline = (
                _status_bytes("VmRSS") if _can_reset() else psutil.Process().memory_info().rss
            )

    def reset(self) -> None:
        """Give back what is free, and set the high-water mark to what is then taken."""
        self._tidy()
        if self._device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        elif _can_reset():
            PROC_CLEAR_REFS.write_text("5")
        else:
            self._highest_before = _life_peak()

    def peak_bytes(self) -> int | None:
        """The highest since `reset`, over the baseline; None where the system does not tell."""
        if self._device == "cuda":
            torch.cuda.synchronize()
            return torch.cuda.max_memory_allocated() - self._baseline
        if _can_reset():
            return _status_bytes("VmHWM") - self._baseline
        highest = _life_peak()
        return highest - self._baseline if highest > self._highest_before else None

    def _tidy(self) -> None:
        gc.collect()
        if self._device == "cuda":
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
        _trim()


def _life_peak() -> int:
    """The highest resident size of this process's life in bytes; 0 where the system does not
    tell."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest if sys.platform == "darwin" else highest * 1024


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
