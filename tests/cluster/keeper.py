"""Keeps processes: starts the commands that stdin brings, and ends with all that came of them,
daemons included.

A script of its own, because only a child subreaper still knows the processes that left their
parents, which is what slurmstepd does. It ends when stdin is closed (so also with whoever started
it), when it is terminated, or when one of the commands ends: with the code 1.
"""

import ctypes
import json
import os
import signal
import sys
import time
from contextlib import suppress
from select import select
from subprocess import DEVNULL, Popen

import psutil

PAUSE_SECONDS = 0.05
PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """One JSON list of arguments a line on stdin is a command to start."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel knows no child subreapers")
    members: dict[int, Popen[bytes]] = {}
    try:
        while members.keys().isdisjoint(reap()):
            if not select([0], [], [], PAUSE_SECONDS)[0]:
                continue
            told = os.read(0, 1 << 16)
            if not told:
                return 0
            for line in told.splitlines():
                member = Popen(json.loads(line), stdin=DEVNULL)
                members[member.pid] = member
        return 1
    finally:
        end_descendants()


def reap() -> list[int]:
    """The children that have ended. Unreaped, they would keep their process groups alive for those
    who watch them."""
    ended = []
    with suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            ended.append(pid)
    return ended


def end_descendants() -> None:
    """Kill until there are none: the children of whatever is killed fall to this process."""
    while descendants := psutil.Process().children(recursive=True):
        for descendant in descendants:
            with suppress(psutil.NoSuchProcess):
                descendant.kill()
        reap()
        time.sleep(PAUSE_SECONDS / 10)


if __name__ == "__main__":
    sys.exit(main())
