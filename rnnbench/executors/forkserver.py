"""The forkserver: a small process that has torch loaded and forks a child for each trial."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess

import psutil

from rnnbench.executors.family import MARK, OURS, children_of

PRELOAD = ("torch", "torch._dynamo", "rnnbench.runner.warm")
"""Loaded once by the forkserver: what all trials share, and no plugin. The first optimiser of a process imports
torch._dynamo, which takes over a second."""
SAFE_PATH = "PYTHONSAFEPATH"
"""Set, it keeps the working folder off the path of the server, of its children and of what these start."""
ATTEMPTS = 3


class Forkserver:
    """The server of this process, running; started again where it was killed.

    helpers: ids of the processes that it takes, itself included.
    """

    def __init__(self) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(list(PRELOAD))
        self.helpers = set(children_of(os.getpid()))
        self._ensure()

    @property
    def lives(self) -> bool:
        """Whether it is there to start children."""
        return self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE

    def start(self, process: ForkServerProcess) -> None:
        """Start a child. Where the server dies under it, another one is started."""
        for attempt in range(ATTEMPTS):
            self._ensure()
            try:
                process.start()
            except (OSError, EOFError):
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def _ensure(self) -> None:
        """Have the server run, deaf to Ctrl-C, and its children with it: the driver hears it and ends them."""
        before = set(children_of(os.getpid()))
        with _deaf(), _variables({MARK: OURS, SAFE_PATH: "1"}):
            forkserver.ensure_running()
        self.helpers |= set(children_of(os.getpid())) - before
        pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        self._process = psutil.Process(pid)


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for what is started in here."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started in here does not hear Ctrl-C. Only the main thread can see to that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


@contextmanager
def main_hidden() -> Iterator[None]:
    """Keep multiprocessing from importing the driver's main module in each child.

    The child needs nothing of it, it costs time, and it fails where there is no file to import (standard input).
    """
    main_module = sys.modules["__main__"]
    kept: dict[str, object] = {
        name: vars(main_module).pop(name) for name in ("__spec__", "__file__") if name in vars(main_module)
    }
    main_module.__spec__ = None
    try:
        yield
    finally:
        vars(main_module).update(kept)
