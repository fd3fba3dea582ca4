"""What the server does: load what all trials share, fork a child for each order, and keep what they
leave behind.

It starts no thread and touches no device, so what it forks is as good as new. Descendants of trials
that lose their parent fall to their trial while it lives, and to this process when it has ended (on
Linux). This process has no other children, so that each of them is known for what it is.
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
from rnnbench.executors.preloading import preload
from rnnbench.executors.scratch import remove_abandoned
from rnnbench.interpreter import end_with_parent

END_SECONDS = 10.0
TIDY_ATTEMPTS, TIDY_PAUSE_SECONDS = 20, 0.05


def main(driver: int, channel: int, alive: int, brand: int, modules: Sequence[str]) -> None:
    """Serve until the driver closes the channel; then end all children and what they have started.

    driver: its process id.
    alive: the descriptor of a pipe that closes when the driver is gone, for the children.
    brand: by which all that is started here is known.
    """
    end_with_parent(driver)
    brand_myself(brand)
    end = Channel(socket.socket(fileno=channel))
    problem = preload(modules)
    with suppress(OSError):
        end.send(Ready(problem))
    if problem:
        os._exit(1)
    confinement.wake_with_parent_gone()
    confinement.adopt_orphans(True)
    server = _Server(end, alive)
    server.serve()
    server.end_all()
    os._exit(0)


class _Server:
    """The state of the server: its children, by process id."""

    def __init__(self, channel: Channel, alive: int) -> None:
        self._channel = channel
        self._alive = alive
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
        """Fork and reap until the driver is gone."""
        with suppress(ConnectionError):  # there is nobody to send to any more
            while True:
                for key, _ in self._selector.select():
                    if key.fileobj is self._channel:
                        messages = self._channel.receive()
                        if messages is None:
                            return
                        for message in messages:
                            self._obey(message)
                    else:
                        self._drain()
                        self._reap()

    def end_all(self) -> None:
        """End every child and what they have left behind; remove the folders of a driver that is
        dead."""
        deadline = time.monotonic() + END_SECONDS
        for pid in self._numbers:
            kill_group(pid)
        while time.monotonic() < deadline and self._kill_and_reap():
            time.sleep(0.01)
        for _ in range(
            TIDY_ATTEMPTS
        ):  # the lock of a driver that was killed ends a moment after its channel
            if not any(folder.exists() for folder in self._folders):
                break
            remove_abandoned()
            time.sleep(TIDY_PAUSE_SECONDS)

    def _obey(self, message: object) -> None:
        if isinstance(message, Start):
            self._fork(message, SharedFiles(*self._channel.take_files(len(SharedFiles._fields))))
        elif isinstance(message, End):
            pids = [pid for pid, number in self._numbers.items() if number == message.number]
            for pid in pids:
                kill_group(pid)
            if not pids:  # it ended before, and the driver was interrupted when it read that
                self._channel.send(Ended(message.number, -signal.SIGKILL))

    def _fork(self, start: Start, files: SharedFiles) -> None:
        server = os.getpid()
        try:
            pid = os.fork()
        except (
            OSError
        ) as error:  # a limit on processes, or no memory: another trial may have more luck
            files.close()
            self._channel.send(NotStarted(start.number, error.strerror or str(error)))
            return
        if pid == 0:
            self._become_child(start, files, server)
        files.close()
        self._numbers[pid] = start.number
        self._folders.add(Path(start.order.folder).parent.parent)
        self._channel.send(Started(start.number, pid))

    def _become_child(self, start: Start, files: SharedFiles, server: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            self._channel.close()
            os.close(self._woken)
            os.close(self._wake)
            sys.path[:] = start.path
            importlib.invalidate_caches()
            child.main(start.order, files, self._alive, server)
            code = 0
        except SystemExit as exit_:
            code = _exit_code(exit_)
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(BaseException):
                sys.stderr.flush()
            os._exit(code)

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._woken, 512):
                pass

    def _reap(self) -> None:
        """Take note of the children that have ended, and end what they left behind."""
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
        """End what fell to this process and belongs to no trial at work. What they have started
        falls to it in turn, and each end of one wakes this process again."""
        for pid in children_of(os.getpid()):
            if pid not in self._numbers and not self._in_living_group(pid):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)

    def _in_living_group(self, pid: int) -> bool:
        with suppress(ProcessLookupError):
            return os.getpgid(pid) in self._numbers
        return False

    def _kill_and_reap(self) -> bool:
        """End all children there are; False where there is none left."""
        left = children_of(os.getpid())
        for pid in left:
            kill_group(pid)
        for _ in ended_children():
            pass
        return bool(left)


def _exit_code(exit_: SystemExit) -> int:
    if exit_.code is None:
        return 0
    return exit_.code & 0xFF if isinstance(exit_.code, int) else 1
