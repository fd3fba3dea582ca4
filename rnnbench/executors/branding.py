"""A brand on all that trials start, which tells by whose order it runs: a limit that nothing ever
meets.

Limits of resources go on to all descendants, whatever becomes of their environment, session or
parent. The one on the size of files is set to some four exabytes, with the id and the start of the
driver in its lower bits (on Linux).
"""

import os
import signal
import sys
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from pathlib import Path

if sys.platform != "win32":
    import resource

BASE = 1 << 62
START_BITS = 36
FIELD_OF_START = 19
"""Of /proc/PID/stat, counted behind the name of the command."""


@cache
def _brand(driver: int) -> int:
    return BASE | driver << START_BITS | (started(driver) or 0) % (1 << START_BITS)


def own_brand() -> int:
    """The brand of what is started by order of this process."""
    return _brand(os.getpid())


def brand_myself(brand: int) -> None:
    """Carry a brand from now on. Where a smaller limit is set already, there is none."""
    if sys.platform == "linux":
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (brand, brand))


def brand_of(pid: int) -> int:
    """The brand of a process; 0 where it has none, or cannot be asked."""
    if sys.platform != "linux":
        return 0
    try:
        limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    except (OSError, ValueError):
        return 0
    return limit if limit >= BASE else 0


def end_abandoned() -> None:
    """End what a dead driver has left: processes of this user that carry its brand.

    Only those of the same process namespace: from outside a container, its drivers would seem dead.
    """
    if sys.platform != "linux":
        return
    namespace = _namespace(os.getpid())
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        pid = int(entry.name)
        brand = brand_of(pid)
        if brand and _driver_is_dead(brand) and namespace and _namespace(pid) == namespace:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def end_branded(since: int, spared: Collection[int]) -> None:
    """End what carries the brand of this process and began no earlier than `since`, in ticks, less
    what is spared."""
    if sys.platform != "linux":
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) in spared:
            continue
        pid = int(entry.name)
        if brand_of(pid) == own_brand() and (started(pid) or 0) >= since:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _driver_is_dead(brand: int) -> bool:
    driver = (brand - BASE) >> START_BITS
    began = started(driver)
    return began is None or began % (1 << START_BITS) != brand % (1 << START_BITS)


def started(pid: int) -> int | None:
    """When a process started, in ticks since the machine did; None where there is no such
    process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[FIELD_OF_START])


def _namespace(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return ""
