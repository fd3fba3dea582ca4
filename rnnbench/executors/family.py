"""The processes that trials start: find them, measure their memory, and end them."""

import os
import signal
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import psutil

from rnnbench.executors.branding import brand_of, own_brand

SERVERS: set[int] = set()
"""Process ids of the servers of this process."""
STRAYS_SECONDS = 2.0
"""The most time that is spent on ending strays."""


def children_of(pid: int) -> list[int]:
    """Return the children of a process: those that it started, and orphans that it adopted."""
    try:
        children: list[int] = []
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids = (task / "children").read_text().split()
            children.extend(int(child) for child in pids)
        return children
    except OSError:
        with suppress(psutil.Error):
            return [child.pid for child in psutil.Process(pid).children()]
        return []


def family_of(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    family = [pid]
    for member in family:  # the list grows while it is read
        family.extend(child for child in children_of(member) if child not in family)
    return family


def bytes_above(pids: list[int], limit_bytes: int) -> int:
    """Return the memory of some processes together if it exceeds the limit; 0 if it does not.

    On Linux, shared memory counts once. To read that takes milliseconds of each process, so it is
    read only where their memory exceeds the limit with shared memory counted in each.
    """
    used_bytes = _sum_over(pids, lambda process: process.memory_info().rss)
    if used_bytes > limit_bytes and sys.platform == "linux":
        used_bytes = _sum_over(pids, lambda process: process.memory_full_info().pss)
    return used_bytes if used_bytes > limit_bytes else 0


def _sum_over(pids: list[int], figure: Callable[[psutil.Process], int]) -> int:
    total = 0
    for pid in pids:
        with suppress(psutil.Error):
            total += figure(psutil.Process(pid))
    return total


def kill_group(pid: int) -> None:
    """End a process and its group; a trial leads a group soon, but not at once, after it starts."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def continue_if_stopped(pid: int) -> None:
    """Continue a process if it was stopped by a signal."""
    with suppress(psutil.Error, ProcessLookupError, PermissionError):
        if psutil.Process(pid).status() == psutil.STATUS_STOPPED:
            os.kill(pid, signal.SIGCONT)


def end_strays(sessions: Collection[int]) -> None:
    """End the processes that this one adopted when a server died, and none of its own children.

    sessions: the sessions of the trials whose server died.

    A stray is recognised by its session or its brand. When it ends, this process adopts its
    children; the search is repeated until there are no strays.
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
    """Whether a child has ended and was waited for."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def ended_children() -> list[tuple[int, int]]:
    """Return the ids and statuses of the children that have ended since the last call."""
    ended = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended.append((pid, status))
    return ended
