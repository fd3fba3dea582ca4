"""Memory over time, seen from outside by memory-profiler."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

import psutil
from memory_profiler import memory_usage

LOOK_SECONDS = 0.002
FIRST_LOOKS = 3
MEBIBYTE = 2**20
Act = Callable[[], object]


def watch_memory(prepare: Act, work: Act) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Have a fork of this process prepare and then work: seconds and resident bytes while it works,
    both over those at the first look.

    What is prepared has touched what it shares with its parent and loaded what is loaded once.
    Raises RuntimeError where the work does not come to a good end, and OSError on systems without
    fork.
    """
    if not hasattr(os, "fork"):
        raise OSError("memory over time is watched in a fork, and this system has none")
    (ready, say_ready), (go, say_go) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        os.close(say_go)
        _work_and_end(prepare, work, say_ready, go)
    os.close(say_ready)
    os.close(go)
    try:
        os.read(ready, 1)
        return _watch(child, say_go)
    except BaseException:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(ready)
        os.close(say_go)


def _work_and_end(prepare: Act, work: Act, say_ready: int, go: int) -> None:
    """End without what a parent has to tidy up."""
    status = 1
    try:
        prepare()
        os.write(say_ready, b"1")
        os.read(go, 1)
        work()
        status = 0
    finally:
        os._exit(status)


def _watch(child: int, say_go: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    looks: list[tuple[float, int]] = []
    gone, ended = 0, 0
    while not gone:
        with suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            size = memory_usage(child, interval=LOOK_SECONDS)[-1]
            looks.append((perf_counter(), int(size * MEBIBYTE)))
        if len(looks) == FIRST_LOOKS:
            with suppress(BrokenPipeError):  # it may have ended without waiting
                os.write(say_go, b"1")
        gone, ended = os.waitpid(child, os.WNOHANG)
    if os.waitstatus_to_exitcode(ended) != 0:
        raise RuntimeError(
            f"the process that was watched ended with {os.waitstatus_to_exitcode(ended)}"
        )
    seen = [
        (at, size) for at, size in looks if size > 0
    ]  # none is left of a process that has ended
    begun, first = seen[0]
    return tuple(round(at - begun, 4) for at, _ in seen), tuple(size - first for _, size in seen)
