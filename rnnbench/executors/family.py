"""The processes that trials start: what they use up together, and how none of them outlives its trial."""

import os
import signal
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil

MARK = "RNNBENCH_POOL"
"""In the environment of all that pools start, so that a stray is told from the host program's own children."""
OURS = uuid4().hex
"""What it says there for the pools of this process."""


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
            total += process.memory_full_info().pss if sys.platform == "linux" else process.memory_info().rss
    return total


def end_strays(known: Collection[int]) -> None:
    """End what a trial left behind and fell to this process, save those that are `known` to belong here.

    What one of them had started falls to this process in its turn, so that it is asked again until there is none.
    """
    while ended := [pid for pid in children_of(os.getpid()) if pid not in known and _end_marked(pid)]:
        del ended


def _end_marked(pid: int) -> bool:
    with suppress(psutil.Error, ProcessLookupError, ChildProcessError):
        if psutil.Process(pid).environ().get(MARK) == OURS:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return True
    return False
