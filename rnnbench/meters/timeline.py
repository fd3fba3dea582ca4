"""Memory over time of a forked process, measured from outside by memory-profiler."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

import psutil
from memory_profiler import memory_usage

from rnnbench.text import MEBIBYTE

SAMPLE_SECONDS = 0.002
FIRST_SAMPLES = 3
"""The samples before the work begins."""
Action = Callable[[], object]
Timeline = tuple[tuple[float, ...], tuple[int, ...]]
"""Seconds and resident bytes of each sample, both as differences from the first one."""


def watch_memory(prepare: Action, work: Action) -> Timeline:
    """Run `prepare` and `work` in a fork of this process, and return the memory during `work`.

    `prepare` should touch the memory that the fork shares with its parent, and load what is loaded
    once. Raises RuntimeError where the fork does not end with success, and OSError on systems
    without fork.
    """
    if not hasattr(os, "fork"):
        raise OSError("memory over time is watched in a fork, and this system has none")
    ready_reader, ready_writer = os.pipe()
    go_reader, go_writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready_reader)
        os.close(go_writer)
        _work_and_exit(prepare, work, ready_writer, go_reader)
    os.close(ready_writer)
    os.close(go_reader)
    try:
        os.read(ready_reader, 1)
        return _sample_memory(child, go_writer)
    except BaseException:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(ready_reader)
        os.close(go_writer)


def _work_and_exit(prepare: Action, work: Action, ready_writer: int, go_reader: int) -> None:
    """Exit at once after the work, without the exit handlers of the parent."""
    status = 1
    try:
        prepare()
        os.write(ready_writer, b"1")
        os.read(go_reader, 1)
        work()
        status = 0
    finally:
        os._exit(status)


def _sample_memory(child: int, go_writer: int) -> Timeline:
    """Let the child work after the first samples, and sample its memory until it ends."""
    samples: list[tuple[float, int]] = []
    ended_pid = 0
    status = 0
    while not ended_pid:
        with suppress(psutil.NoSuchProcess):  # the child may end during a sample
            mebibytes = memory_usage(child, interval=SAMPLE_SECONDS)[-1]
            samples.append((perf_counter(), int(mebibytes * MEBIBYTE)))
        if len(samples) == FIRST_SAMPLES:
            with suppress(BrokenPipeError):  # the child may have ended before it waited
                os.write(go_writer, b"1")
        ended_pid, status = os.waitpid(child, os.WNOHANG)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise RuntimeError(f"the process that was watched ended with {code}")
    # a process that has ended, but was not waited for, has no memory
    alive = [(time, resident) for time, resident in samples if resident > 0]
    first_time, first_resident = alive[0]
    seconds = tuple(round(time - first_time, 4) for time, _ in alive)
    return seconds, tuple(resident - first_resident for _, resident in alive)
