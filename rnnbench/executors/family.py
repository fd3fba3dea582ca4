"""The processes that trials start: what they use up together, and how none of them outlives its
trial."""

import os
import signal
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import psutil

from rnnbench.executors.branding import brand_of, own_brand

SERVERS: set[int] = set()
"""Process ids of the servers of this process."""
STRAYS_SECONDS = 2.0


def children_of(pid: int) -> list[int]:
    """The processes that this one has started, or that fell to it."""
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        with suppress(psutil.Error):
            return [child.pid for child in psutil.Process(pid).children()]
        return []


def family_of(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for member in found:
        found.extend(child for child in children_of(member) if child not in found)
    return found


def memory_bytes(pids: list[int]) -> int:
    """Memory that these processes use together; what they share counts once."""
    total = 0
    for pid in pids:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            total += (
                process.memory_full_info().pss
                if sys.platform == "linux"
                else process.memory_info().rss
            )
    return total


def kill_group(pid: int) -> None:
    """End a process and its group, of which a trial becomes the leader a moment after it starts."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def continue_if_stopped(pid: int) -> None:
    """Have a process go on that somebody has stopped."""
    with suppress(psutil.Error, ProcessLookupError, PermissionError):
        if psutil.Process(pid).status() == psutil.STATUS_STOPPED:
            os.kill(pid, signal.SIGCONT)


def end_strays(sessions: Collection[int]) -> None:
    """End what fell to this process when the server of a pool was gone, and leave the host
    program's own children.

    They are told by their brand, or by their session, which is that of a trial. What one of them
    had started falls to this process in its turn, so that it is asked again until there is none.
    """
    deadline = monotonic() + STRAYS_SECONDS
    unreaped: set[int] = set()
    while monotonic() < deadline:
        strays = [pid for pid in children_of(os.getpid()) if _is_stray(pid, sessions)]
        for pid in strays:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            unreaped.add(pid)
        unreaped = {pid for pid in unreaped if not _reaped(pid)}
        if not strays and not unreaped:
            return
        sleep(0.005)


def _is_stray(pid: int, sessions: Collection[int]) -> bool:
    if pid in SERVERS:
        return False
    with suppress(ProcessLookupError):
        return os.getsid(pid) in sessions or brand_of(pid) == own_brand()
    return False


def _reaped(pid: int) -> bool:
    """Whether a child is gone for good."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def ended_children() -> list[tuple[int, int]]:
    """Process ids and statuses of children that have ended since this was last asked."""
    found = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            found.append((pid, status))
    return found
