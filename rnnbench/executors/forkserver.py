"""The forkserver: a small process that has torch loaded and forks a child for each trial; another
one where it died."""

import atexit
import os
from contextlib import suppress

from rnnbench.errors import RnnbenchError
from rnnbench.executors.child_request import ChildRequest, SharedFiles
from rnnbench.executors.family import end_strays
from rnnbench.executors.launching import Child
from rnnbench.executors.server_process import ServerGone, ServerProcess

PRELOAD = ("torch", "torch._dynamo", "rnnbench.runner.warm")
"""Loaded once by the forkserver: what all trials share, and no plugin. The first optimiser of a
process imports torch._dynamo, which takes over a second."""
ATTEMPTS = 3
ATTEMPTS_WHERE_KILLED = 20
"""A kill from outside says nothing of the next server, which dies of a broken torch as the first
one did."""
_idle: dict[int, ServerProcess] = {}
"""A server that no pool uses at present, by the process that started it: a fork of that process
must not use it."""


class Forkserver:
    """Starts the children of one pool, and knows when they are over."""

    def __init__(self) -> None:
        self._lost: set[int] = set()
        self._server = _take_idle() or ServerProcess(PRELOAD)

    @property
    def pid(self) -> int:
        """The process id of the server at work."""
        return self._server.pid

    def start(self, order: ChildRequest, files: SharedFiles) -> Child:
        """Start a child. Where the server dies under it, another one is started.

        Raises RnnbenchError with the reason where no trial can run on this machine.
        """
        attempts = 0
        died_by_itself = 0
        while attempts < ATTEMPTS_WHERE_KILLED and died_by_itself < ATTEMPTS:
            if not self._server.lives:
                self._bury()
                self._server = ServerProcess(PRELOAD)
            try:
                return self._server.start(order, files)
            except ServerGone:
                attempts += 1
                died_by_itself += not self._server.killed
        raise RnnbenchError(
            f"the process that loads torch for all trials {self._server.last_words()}; that"
            f" happened {attempts} times"
        )

    def listen(self, seconds: float) -> None:
        """Take note of children that are over, waiting so long for the first."""
        self._server.listen(seconds)
        if not self._server.lives:
            self._bury()

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
        self._bury()

    def end_strays(self) -> None:
        """End what children left behind whose server was gone."""
        if self._lost:
            end_strays(self._lost)

    def _bury(self) -> None:
        if not self._server.lives:
            self._server.kill()
        self._lost |= self._server.lost
        self.end_strays()


def _take_idle() -> ServerProcess | None:
    own = os.getpid()
    return _idle.pop(own) if own in _idle else None


@atexit.register
def _close_idle() -> None:
    server = _take_idle()
    if server is not None:
        with suppress(KeyboardInterrupt):  # a second signal to end; the process is at its end
            server.close()
