"""The forkserver: a process that has loaded torch, and forks a child for each trial.

A server that dies is replaced by a new one.
"""

import atexit
import os
from contextlib import suppress

from rnnbench.errors import RnnbenchError
from rnnbench.executors.child_request import ChildRequest, SharedFiles
from rnnbench.executors.family import end_strays
from rnnbench.executors.launching import Child
from rnnbench.executors.server_process import ServerGone, ServerProcess

PRELOAD = ("torch", "torch._dynamo", "rnnbench.runner.warm")
"""Modules that all trials share; plugins are not among them.

torch._dynamo is imported with the first optimiser of a process, which takes over a second.
"""
ATTEMPTS = 3
ATTEMPTS_WHERE_KILLED = 20
"""More than `ATTEMPTS`: a new server may survive where another process has killed the last one."""
_idle: dict[int, ServerProcess] = {}
"""The server that no pool uses now, by the id of the process that started it.

A fork of that process must not use its server.
"""


class Forkserver:
    """Starts and ends the children of one pool."""

    def __init__(self) -> None:
        self._lost: set[int] = set()
        self._server = _take_idle() or ServerProcess(PRELOAD)

    @property
    def pid(self) -> int:
        """The process id of the present server."""
        return self._server.pid

    def start(self, request: ChildRequest, files: SharedFiles) -> Child:
        """Start a child, and a new server where the present one dies.

        Raises RnnbenchError with the reason where no trial can run on this machine.
        """
        attempts = 0
        died_by_itself = 0
        while attempts < ATTEMPTS_WHERE_KILLED and died_by_itself < ATTEMPTS:
            if not self._server.lives:
                self._clean_up()
                self._server = ServerProcess(PRELOAD)
            try:
                return self._server.start(request, files)
            except ServerGone:
                attempts += 1
                died_by_itself += not self._server.killed
        raise RnnbenchError(
            f"the process that loads torch for all trials {self._server.last_words()}; that"
            f" happened {attempts} times"
        )

    def listen(self, seconds: float) -> None:
        """Record which children are over, after waiting up to `seconds` for a message."""
        self._server.listen(seconds)
        if not self._server.lives:
            self._clean_up()

    def end(self, child: Child) -> None:
        """End a child; it is over when this returns."""
        if not child.over:
            self._server.end([child])

    def close(self) -> None:
        """End all children, and keep the server for the next pool of this process."""
        self._server.end_all()
        if self._server.lives and os.getpid() not in _idle:
            _idle[os.getpid()] = self._server
        else:
            self._server.close()
        self._clean_up()

    def end_strays(self) -> None:
        """End the descendants of children whose server died."""
        if self._lost:
            end_strays(self._lost)

    def _clean_up(self) -> None:
        """Close a server that has died, and end the descendants of its children."""
        if not self._server.lives:
            self._server.kill()
        self._lost |= self._server.lost
        self.end_strays()


def start_early() -> None:
    """Start the server that the next pool of this process will use, which loads meanwhile.

    Where none can be started, the pool will report why.
    """
    if os.getpid() not in _idle:
        with suppress(RnnbenchError, OSError):
            _idle[os.getpid()] = ServerProcess(PRELOAD)


def _take_idle() -> ServerProcess | None:
    own = os.getpid()
    return _idle.pop(own) if own in _idle else None


@atexit.register
def _close_idle() -> None:
    server = _take_idle()
    if server is not None:
        with suppress(KeyboardInterrupt):  # the process is ending already
            server.close()
