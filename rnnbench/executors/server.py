"""The server's process: load the modules that all trials share, and fork a child for each request.

It starts no thread and uses no device, so that its forks are like fresh processes. Orphaned
descendants of a trial become children of the trial, and of the server when the trial has ended (on
Linux). The server has no other children, so that it can end all that no running trial owns.
"""

import importlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from rnnbench.executors import child, confinement
from rnnbench.executors.branding import brand_myself
from rnnbench.executors.channel import Channel, End, Ended, NotStarted, Ready, Start, Started
from rnnbench.executors.child_request import SharedFiles
from rnnbench.executors.family import children_of, ended_children, kill_group
from rnnbench.executors.preloading import load_needed, preload
from rnnbench.executors.scratch import remove_abandoned
from rnnbench.interpreter import end_with_parent

END_SECONDS = 10.0
TIDY_ATTEMPTS = 200
TIDY_PAUSE_SECONDS = 0.05


def main(driver: int, channel: int, lifeline: int, brand: int, modules: Sequence[str]) -> None:
    """Serve until the driver closes the channel; then end all children and their descendants.

    driver:   its process id.
    channel:  the descriptor of this end of the channel.
    lifeline: the descriptor of a pipe that closes with the driver, for the children.
    brand:    the brand of the children. The server has none, so that no other driver ends it while
              it tidies up after a dead one.
    modules:  the modules to load.
    """
    end_with_parent(driver)
    end = Channel(socket.socket(fileno=channel))
    problem = preload(modules)
    with suppress(OSError):
        end.send(Ready(problem))
    if problem:
        os._exit(1)
    confinement.wake_with_parent_gone()
    confinement.adopt_orphans(True)
    server = _Server(end, lifeline, brand)
    server.serve()
    server.end_all()
    os._exit(0)


class _Server:
    """The server's children: their numbers by process id, and their folders."""

    def __init__(self, channel: Channel, lifeline: int, brand: int) -> None:
        self._channel = channel
        self._lifeline = lifeline
        self._brand = brand
        self._numbers: dict[int, int] = {}
        self._folders: set[Path] = set()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._channel, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def serve(self) -> None:
        """Fork and wait for children until the driver has closed the channel."""
        with suppress(ConnectionError):  # the driver has ended, and reads no more messages
            while self._handle_events():
                pass

    def _handle_events(self) -> bool:
        """Wait for messages or ended children, and handle them; False at the channel's end."""
        for key, _ in self._selector.select():
            if key.fileobj is self._channel:
                messages = self._channel.receive()
                if messages is None:
                    return False
                for message in messages:
                    self._handle(message)
            else:
                self._drain_wakeups()
                self._reap()
        return True

    def end_all(self) -> None:
        """End all children and their descendants, and remove the folders of a dead driver."""
        deadline = time.monotonic() + END_SECONDS
        for pid in self._numbers:
            kill_group(pid)
        while time.monotonic() < deadline and self._kill_and_reap():
            time.sleep(0.01)
        for _ in range(TIDY_ATTEMPTS):  # the lock of a killed driver outlasts its channel shortly
            if not any(folder.exists() for folder in self._folders):
                break
            remove_abandoned()
            time.sleep(TIDY_PAUSE_SECONDS)

    def _handle(self, message: object) -> None:
        if isinstance(message, Start):
            descriptors = self._channel.take_files(len(SharedFiles._fields))
            self._fork(message, SharedFiles(*descriptors))
        elif isinstance(message, End):
            pids = [pid for pid, number in self._numbers.items() if number == message.number]
            for pid in pids:
                kill_group(pid)
            if not pids:  # the child has ended, and the driver was interrupted when it read that
                self._channel.send(Ended(message.number, -signal.SIGKILL))

    def _fork(self, start: Start, files: SharedFiles) -> None:
        server = os.getpid()
        load_needed(start.request)
        try:
            pid = os.fork()
        except OSError as error:  # a limit on processes, or no memory; later forks may succeed
            files.close()
            self._channel.send(NotStarted(start.number, error.strerror or str(error)))
            return
        if pid == 0:
            self._become_child(start, files, server)
        files.close()
        self._numbers[pid] = start.number
        self._folders.add(Path(start.request.folder).parent.parent)
        self._channel.send(Started(start.number, pid))

    def _become_child(self, start: Start, files: SharedFiles, server: int) -> NoReturn:
        code = 1
        try:
            brand_myself(self._brand)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            self._channel.close()
            os.close(self._woken)
            os.close(self._wake)
            sys.path[:] = start.path
            importlib.invalidate_caches()
            child.main(start.request, files, self._lifeline, server)
            code = 0
        except SystemExit as exit_:
            code = child.exit_code(exit_)
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(BaseException):
                sys.stderr.flush()
            os._exit(code)

    def _drain_wakeups(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._woken, 512):
                pass

    def _reap(self) -> None:
        """Report the children that have ended, and end their descendants."""
        for pid, status in ended_children():
            number = self._numbers.pop(pid, None)
            if number is None:
                continue
            kill_group(pid)
            self._kill_strays()
            self._channel.send(Ended(number, os.waitstatus_to_exitcode(status)))
        if not self._numbers:
            self._kill_strays()

    def _kill_strays(self) -> None:
        """End the adopted processes that belong to no running trial.

        The server then adopts their children; the end of each process calls this again.
        """
        for pid in children_of(os.getpid()):
            if pid not in self._numbers and not self._in_living_group(pid):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)

    def _in_living_group(self, pid: int) -> bool:
        with suppress(ProcessLookupError):
            return os.getpgid(pid) in self._numbers
        return False

    def _kill_and_reap(self) -> bool:
        """End all children; return whether there were any."""
        children = children_of(os.getpid())
        for pid in children:
            kill_group(pid)
        for _ in ended_children():
            pass
        return bool(children)
