"""Peak memory of a process; on Linux, blocks above 64 KiB are measured to a fraction of a mebibyte.

Large blocks are mapped one by one, so that freed blocks return to the system and are not reused.
Free memory is trimmed, and the high-water mark of the process is reset before the measured step.
Smaller blocks come from the heap of the C library, whose holes cannot be measured: the memory of a
cell with many of them is exact to some percent only.
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
    """Make the C library map every block above 64 KiB by itself.

    Call this before anything large is allocated.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)


class PeakMeter:
    """Measures the peak bytes since `reset`, over those in use at `baseline`.

    On a CUDA device these are the bytes that torch has allocated.

    name: how the bytes are measured. Where the high-water mark cannot be reset, it is the one of
          the process's life, and there is a figure only where the measured step raises it.
    """

    def __init__(self, device: str = "cpu") -> None:
        self._device = device
        self._baseline = 0
        self._life_peak_before = 0
        if device == "cuda":
            self.name = "torch.cuda.max_memory_allocated"
        elif _can_reset():
            self.name = "VmHWM over VmRSS"
        elif _life_peak():
            self.name = "highest resident size of the process's life"
        else:
            self.name = "none on this system"

    def baseline(self) -> None:
        """Free what can be freed, and record the bytes in use as the baseline."""
        self._free()
        if self._device == "cuda":
            self._baseline = torch.cuda.memory_allocated()
        elif _can_reset():
            self._baseline = _status_bytes("VmRSS")
        else:
            self._baseline = psutil.Process().memory_info().rss

    def reset(self) -> None:
        """Free what can be freed, and set the high-water mark to the bytes in use."""
        self._free()
        if self._device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        elif _can_reset():
            PROC_CLEAR_REFS.write_text("5")
        else:
            self._life_peak_before = _life_peak()

    def peak_bytes(self) -> int | None:
        """Return the peak since `reset` over the baseline; None where the system has no figure."""
        if self._device == "cuda":
            torch.cuda.synchronize()
            return torch.cuda.max_memory_allocated() - self._baseline
        if _can_reset():
            return _status_bytes("VmHWM") - self._baseline
        life_peak = _life_peak()
        return life_peak - self._baseline if life_peak > self._life_peak_before else None

    def _free(self) -> None:
        gc.collect()
        if self._device == "cuda":
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
        _trim()


def _life_peak() -> int:
    """The highest resident bytes of this process's life; 0 where the system has no such figure."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # elsewhere it is in kibibytes


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
