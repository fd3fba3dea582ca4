"""What a trial's process is bound by before anything of a stranger's runs in it. Linux binds it
best."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import resource

MEBIBYTE = 2**20
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
FIRST_TO_GO = "1000"


def wake_with_parent_gone() -> None:
    """Have the kernel continue this process, if it is stopped, when the one that started it is
    gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGCONT)


def adopt_orphans(wanted: bool) -> None:
    """Become (or cease to be) the process to which descendants fall that lost their parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(wanted))


def limit_memory(mebibytes: int, device: str) -> None:
    """Make allocations fail that would take the data of this process more than so much above what
    it has now.

    Not for CUDA, whose driver reserves far more than it uses. Where memory runs out all the same,
    this process is the first that the kernel ends.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    if sys.platform == "linux" and device == "cpu":
        present = _data_bytes()
        resource.setrlimit(
            resource.RLIMIT_DATA, (present + mebibytes * MEBIBYTE, resource.RLIM_INFINITY)
        )


def lift_memory_limit() -> None:
    """For the last steps, which must be able to say what happened."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def no_core_dump() -> None:
    """A crash writes nothing into the working folder."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def own_group() -> None:
    """Lead a process group, so that all that this process starts can be ended with it."""
    os.setsid()


def _data_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
