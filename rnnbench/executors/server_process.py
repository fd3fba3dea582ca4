"""The forkserver's process, as its driver uses it: every wait for the server has a time limit."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from time import monotonic

from rnnbench.errors import RnnbenchError
from rnnbench.executors.channel import End, Ended, Message, NotStarted, Ready, Start, Started
from rnnbench.executors.child_request import ChildRequest, SharedFiles
from rnnbench.executors.family import SERVERS, continue_if_stopped, kill_group
from rnnbench.executors.launching import ANSWER_SECONDS, Child, launch
from rnnbench.executors.printed import describe_end, last_line
from rnnbench.interpreter import module_path

LOAD_SECONDS = 600.0  # loading torch from a network disk takes minutes
POLL_SECONDS = 0.5
KILLS = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP)


class ServerGone(Exception):
    """The server died, or did not answer in time and was ended."""


class ServerProcess:
    """A server that forks children; it ends with this process.

    lost: the process ids of the children that it had when it died.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self.lost: set[int] = set()
        self._children: dict[int, Child] = {}
        self._count = 0
        self._ready = False
        self._problem = ""
        self._last_line = ""
        self._timed_out = False
        self._open = True
        launched = launch(modules)
        self._process = launched.process
        self._channel = launched.channel
        self._lifeline = launched.lifeline
        self._output = launched.output
        SERVERS.add(self._process.pid)

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    @property
    def killed(self) -> bool:
        """Whether another process has ended the server."""
        return not self._timed_out and self._process.returncode in KILLS

    @property
    def lives(self) -> bool:
        """Whether the server can take messages."""
        return self._open and self._process.poll() is None

    def start(self, request: ChildRequest, files: SharedFiles) -> Child:
        """Let the server fork a child; the child has a problem where the system forked none.

        Raises ServerGone where the server dies, and RnnbenchError where no trial can run here.
        """
        self._load()
        self._count += 1
        child = Child(self._count)
        self._children[child.number] = child
        self._send(Start(child.number, request, module_path()), files)
        deadline = monotonic() + (LOAD_SECONDS if request.compiles else ANSWER_SECONDS)
        while not child.pid and not child.over:
            self._answer(deadline)
        if not child.pid and not child.problem:
            raise ServerGone
        return child

    def end(self, children: Sequence[Child]) -> None:
        """End children with their groups and descendants; they are over when this returns."""
        with suppress(ServerGone):
            for child in children:
                if not child.over:
                    self._send(End(child.number))
        deadline = monotonic() + ANSWER_SECONDS
        while not all(child.over for child in children):
            self._answer(deadline)

    def end_all(self) -> None:
        """End all children of the server."""
        self.end(list(self._children.values()))

    def listen(self, seconds: float) -> None:
        """Handle the server's messages, after waiting up to `seconds` for the first one.

        A server that is stopped is continued; one that has died is closed.
        """
        try:
            if not wait([self._channel.fileno()], max(0.0, seconds)):
                continue_if_stopped(self.pid)
            elif not self._handle_messages():
                self.kill()
        except (OSError, ValueError):
            self.kill()
        if not self.lives:
            self.kill()

    def kill(self) -> None:
        """Kill the server, handle its last messages, and kill the children that it still had."""
        if not self._open:
            return
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ANSWER_SECONDS)
            SERVERS.discard(self.pid)
        with suppress(OSError, ValueError):
            while wait([self._channel.fileno()], 0) and self._handle_messages():
                pass
        for child in self._children.values():
            child.lost = True
            if child.pid:
                self.lost.add(child.pid)
                kill_group(child.pid)
        self._close_channel()
        self._keep_last_line()

    def close(self) -> None:
        """Let the server end all its children and itself."""
        if not self._ready:
            self.kill()  # it still loads, and has no children
        if self._open:
            self._close_channel()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(ANSWER_SECONDS)
            self._process.kill()
            SERVERS.discard(self.pid)
            self._keep_last_line()

    def last_words(self) -> str:
        """Return how the server ended, with the last line that it printed."""
        return describe_end(self._process.returncode, self._last_line)

    def _load(self) -> None:
        """Wait until the server has loaded the modules that all trials share."""
        deadline = monotonic() + LOAD_SECONDS
        while not self._ready and not self._problem and self._open:
            self._answer(deadline)
        if self._problem:
            raise RnnbenchError(self._problem)
        if not self._open:
            raise ServerGone

    def _answer(self, deadline: float) -> None:
        """Wait a moment for a message; after the deadline, kill the server."""
        if monotonic() < deadline:
            self.listen(min(POLL_SECONDS, deadline - monotonic()))
        else:
            self._timed_out = True
            self.kill()

    def _send(self, message: Message, files: Sequence[int] = ()) -> None:
        try:
            self._channel.send(message, files)
        except OSError as error:
            self.kill()
            raise ServerGone from error

    def _handle_messages(self) -> bool:
        """Handle the messages that have come; return False at the end of the channel."""
        messages = self._channel.receive()
        if messages is None:
            return False
        for message in messages:
            self._handle(message)
        return True

    def _handle(self, message: Message) -> None:
        if isinstance(message, Ready):
            self._problem = message.problem
            self._ready = not message.problem
        elif isinstance(message, Started):
            self._children[message.number].pid = message.pid
        elif isinstance(message, NotStarted):
            self._children.pop(message.number).problem = message.reason
        elif isinstance(message, Ended):
            child = self._children.pop(message.number, None)
            if child is not None:
                child.code = message.code

    def _keep_last_line(self) -> None:
        self._last_line = last_line(self._output) or self._last_line
        self._output.close()

    def _close_channel(self) -> None:
        self._open = False
        self._channel.close()
        os.close(self._lifeline)
