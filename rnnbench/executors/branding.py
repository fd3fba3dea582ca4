"""A brand on all processes that trials start, from which their driver is known (on Linux).

All descendants inherit resource limits, even with another environment, session or parent. The brand
is a limit on the size of files that no file reaches: about four exabytes, with the process id and
the start time of the driver in its lower bits.
"""

import os
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

if sys.platform != "win32":
    import resource

BASE = 1 << 62
START_BITS = 36
FIELD_OF_START = 19
"""The position of the start time in /proc/PID/stat, after the name of the command."""


@cache
def _brand(driver: int) -> int:
    start = (started(driver) or 0) % (1 << START_BITS)
    return BASE | driver << START_BITS | start


def own_brand() -> int:
    """Return the brand of the processes whose driver is this process."""
    return _brand(os.getpid())


def brand_myself(brand: int) -> None:
    """Set the brand of this process, unless a smaller limit is set already."""
    if sys.platform == "linux":
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (brand, brand))


def brand_of(pid: int) -> int:
    """Return the brand of a process; 0 where it has none, or its limits cannot be read."""
    if sys.platform != "linux":
        return 0
    try:
        limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    except (OSError, ValueError):
        return 0
    return limit if limit >= BASE else 0


def end_abandoned() -> None:
    """End the processes of this user whose brand is that of a dead driver.

    Only processes of the same namespace are ended: drivers in a container seem dead from outside.
    """
    if sys.platform != "linux":
        return
    namespace = _namespace(os.getpid())
    for pid in _process_ids():
        brand = brand_of(pid)
        if brand and _driver_is_dead(brand) and namespace and _namespace(pid) == namespace:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def end_branded(since: int, spared: Collection[int]) -> None:
    """End the processes with the brand of this process that started at `since`, in ticks, or later.

    spared: the ids of processes that are not ended.
    """
    if sys.platform != "linux":
        return
    for pid in _process_ids():
        if pid in spared:
            continue
        if brand_of(pid) == own_brand() and (started(pid) or 0) >= since:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _process_ids() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            yield int(entry.name)


def _driver_is_dead(brand: int) -> bool:
    driver = (brand - BASE) >> START_BITS
    start = started(driver)
    return start is None or start % (1 << START_BITS) != brand % (1 << START_BITS)


def started(pid: int) -> int | None:
    """Return when a process started, in ticks since the machine did; None where there is none."""
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
