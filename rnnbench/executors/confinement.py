"""Confine a trial's process before any plugin runs in it; most of this works on Linux only."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from rnnbench.text import MEBIBYTE

if sys.platform != "win32":
    import resource

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
FIRST_TO_GO = "1000"
"""The score of the process that the kernel ends first when memory runs out."""


def wake_with_parent_gone() -> None:
    """Make the kernel continue this process, if it is stopped, when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGCONT)


def adopt_orphans(wanted: bool) -> None:
    """Make this process the new parent of orphaned descendants, or stop that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(wanted))


def limit_memory(mebibytes: int, device: str) -> None:
    """Limit the data of this process to so many mebibytes more than it has now.

    There is no limit for CUDA, whose driver reserves more memory than it uses. If the machine runs
    out of memory, the kernel ends this process first.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    if sys.platform == "linux" and device == "cpu":
        limit = _data_bytes() + mebibytes * MEBIBYTE
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))


def lift_memory_limit() -> None:
    """Remove the memory limit, so that a trial which has reached it can still write its result."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def no_core_dump() -> None:
    """Switch core dumps off, which a crash would write into the working folder."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def own_group() -> None:
    """Start a session and process group, so that this process can be ended with its descendants."""
    os.setsid()


def _data_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
