"""The server as its driver sees it: a process at the other end of a channel. No wait for it is
without a bound."""

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
from rnnbench.interpreter import module_path

LOAD_SECONDS = 600.0  # a network disk takes minutes
LOOK_SECONDS = 0.5
KILLS = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP)
WORDS_KEPT = 300


class ServerGone(Exception):
    """The server died, or gave no answer and was ended."""


class ServerProcess:
    """A server at work; it ends with this process. `lost` are the ids of children that it had when
    it was gone."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.lost: set[int] = set()
        self._children: dict[int, Child] = {}
        self._count = 0
        self._ready = False
        self._problem = ""
        self._last_line = ""
        self._silent = False
        self._open = True
        launched = launch(modules)
        self._process = launched.process
        self._channel = launched.channel
        self._alive = launched.alive
        self._said = launched.said
        SERVERS.add(self._process.pid)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def killed(self) -> bool:
        """Whether somebody else has ended it."""
        return not self._silent and self._process.returncode in KILLS

    @property
    def lives(self) -> bool:
        """Whether it can be asked."""
        return self._open and self._process.poll() is None

    def start(self, order: ChildRequest, files: SharedFiles) -> Child:
        """Have a child forked; it has a problem where the system allowed none.

        Raises ServerGone, and RnnbenchError where no trial can run here.
        """
        self._load()
        self._count += 1
        child = Child(self._count)
        self._children[child.number] = child
        self._send(Start(child.number, order, module_path()), files)
        deadline = monotonic() + ANSWER_SECONDS
        while not child.pid and not child.over:
            self._answer(deadline)
        if not child.pid and not child.problem:
            raise ServerGone
        return child

    def end(self, children: Sequence[Child]) -> None:
        """End children, with their groups and what they left behind. They are over when this
        returns."""
        with suppress(ServerGone):
            for child in children:
                if not child.over:
                    self._send(End(child.number))
        deadline = monotonic() + ANSWER_SECONDS
        while not all(child.over for child in children):
            self._answer(deadline)

    def end_all(self) -> None:
        """End all children there are."""
        self.end(list(self._children.values()))

    def listen(self, seconds: float) -> None:
        """Take in what it has to say, waiting so long for the first message. One that is stopped is
        continued."""
        try:
            if not wait([self._channel.fileno()], max(0.0, seconds)):
                continue_if_stopped(self.pid)
            elif not self._take_in():
                self.kill()
        except (OSError, ValueError):
            self.kill()
        if not self.lives:
            self.kill()

    def kill(self) -> None:
        """End it; what it said before is heard, and its other children are lost and end too."""
        if not self._open:
            return
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ANSWER_SECONDS)
            SERVERS.discard(self.pid)
        with suppress(OSError, ValueError):
            while wait([self._channel.fileno()], 0) and self._take_in():
                pass
        for child in self._children.values():
            child.lost = True
            if child.pid:
                self.lost.add(child.pid)
                kill_group(child.pid)
        self._close()
        self._keep_last_line()

    def close(self) -> None:
        """Let it end itself, and what it has started."""
        if not self._open:
            return
        self._close()
        try:
            self._process.wait(ANSWER_SECONDS)
            SERVERS.discard(self.pid)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._keep_last_line()

    def last_words(self) -> str:
        """How it ended, and the last line that it printed."""
        code = self._process.returncode
        words = f": {self._last_line}" if self._last_line else ""
        if code is not None and code < 0:
            return f"was ended by signal {-code}{words}"
        return f"ended with code {code}{words}"

    def _load(self) -> None:
        """Wait until it has loaded what all trials share."""
        deadline = monotonic() + LOAD_SECONDS
        while not self._ready and not self._problem and self._open:
            self._answer(deadline)
        if self._problem:
            raise RnnbenchError(self._problem)
        if not self._open:
            raise ServerGone

    def _answer(self, deadline: float) -> None:
        """Wait for a message, for a moment; past the deadline the server is ended."""
        if monotonic() < deadline:
            self.listen(min(LOOK_SECONDS, deadline - monotonic()))
        else:
            self._silent = True
            self.kill()

    def _send(self, message: Message, files: Sequence[int] = ()) -> None:
        try:
            self._channel.send(message, files)
        except OSError as error:
            self.kill()
            raise ServerGone from error

    def _take_in(self) -> bool:
        """Take in what has come; False where nothing more will come."""
        messages = self._channel.receive()
        if messages is None:
            return False
        for message in messages:
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
        return True

    def _keep_last_line(self) -> None:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        if lines:
            self._last_line = lines[-1][:WORDS_KEPT]
        self._said.close()

    def _close(self) -> None:
        self._open = False
        self._channel.close()
        os.close(self._alive)
