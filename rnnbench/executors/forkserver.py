"""The forkserver: a small process that has torch loaded and forks a child for each trial."""

import multiprocessing
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

PRELOAD = ("torch", "torch._dynamo", "rnnbench.runner")
"""Loaded once by the forkserver. The first optimiser of a process imports torch._dynamo, which takes over a second."""


def start_forkserver(preload: Sequence[str] = ()) -> ForkServerContext:
    """The context in which trials are started, its server running with these modules loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOAD, *preload])
    _start_deaf()
    return context


def _start_deaf() -> None:
    """Start the forkserver deaf to Ctrl-C, and its children with it: the driver hears it and ends them."""
    if threading.current_thread() is not threading.main_thread():
        forkserver.ensure_running()
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
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
