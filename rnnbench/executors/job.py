"""A job: trials that run in a process of their own, on whatever machine. Executors of plugins are
made of it.

The process reads the job as one line of JSON from its standard input, runs the trials in a local
pool, prints each result as a line of JSON, and ends with its parent: when its standard input
closes.
"""

import os
import platform
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from tempfile import TemporaryFile
from typing import BinaryIO

import msgspec
from msgspec import Struct

from rnnbench.errors import RnnbenchError
from rnnbench.executors.confinement import wake_with_parent_gone
from rnnbench.executors.family import continue_if_stopped
from rnnbench.executors.local import LocalPool
from rnnbench.executors.running import without_run
from rnnbench.executors.scratch import unusable_folder
from rnnbench.interpreter import python_with_my_path
from rnnbench.records import Checkpoints, Result, Trial, encode, trial_id

PROGRAM = "from rnnbench.executors.job import main; main()"
PATIENCE_SECONDS = 0.5
LOOK_SECONDS = 1.0
END_SECONDS = 60.0
READ_BYTES = 65_536
WORDS_KEPT = 300
NO_TRIAL_RUNS_HERE = 3
"""The exit code of a job on a machine that lacks what every trial needs."""


class Job(Struct, frozen=True, kw_only=True):
    """Trials to run, in this order.

    at_once:     how many of them at the same time.
    checkpoints: where they keep what they need to go on after they were cut off.
    """

    trials: tuple[Trial, ...]
    at_once: int = 1
    checkpoints: Checkpoints = Checkpoints()


class JobProcess:
    """A job at work, as a child of this process. It ends with this process, and when `end` is
    called."""

    def __init__(self, job: Job) -> None:
        self._job = job
        try:
            self._said = TemporaryFile()  # noqa: SIM115  closed with the process
        except OSError as error:
            raise unusable_folder(error) from error
        self._process = subprocess.Popen(
            python_with_my_path(PROGRAM),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            # a signal to this process and its group is not the end of the trials
            start_new_session=True,
        )
        with suppress(BrokenPipeError):
            self._pipe_in.write(encode(job) + b"\n")
            self._pipe_in.flush()

    def results(self) -> Iterator[Result]:
        """The results as they come, one for each trial: `killed` for those whose job died under
        them.

        Raises RnnbenchError where no trial can run on this machine.
        """
        missing = {trial_id(trial): trial for trial in self._job.trials}
        with self._process, self._said:
            for line in self._lines():
                result = msgspec.json.decode(line, type=Result)
                del missing[trial_id(result.trial)]
                yield result
                if not missing:
                    break
            self.end()
            code = self._end_code()
            words = self._last_words()
        if code == NO_TRIAL_RUNS_HERE:
            raise RnnbenchError(f"on {platform.node()}: {words}")
        ending = f": {words}" if words else ""
        for trial in missing.values():
            yield without_run(
                trial, "killed", f"the job that ran it ended with code {code}{ending}"
            )

    def end(self) -> None:
        """End the job with all that it runs; may be called from another thread, and again."""
        with suppress(OSError, ValueError):
            self._pipe_in.close()

    def _lines(self) -> Iterator[bytes]:
        """What the job prints, line by line. One that is stopped is continued."""
        assert self._process.stdout
        file = self._process.stdout.fileno()
        rest = b""
        while True:
            if not wait([file], LOOK_SECONDS):
                continue_if_stopped(self._process.pid)
                continue
            piece = os.read(file, READ_BYTES)
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines

    def _end_code(self) -> int:
        continue_if_stopped(self._process.pid)
        try:
            return self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    @property
    def _pipe_in(self) -> BinaryIO:
        assert self._process.stdin
        return self._process.stdin  # type: ignore[return-value]

    def _last_words(self) -> str:
        self._said.seek(0)
        words = self._said.read().decode(errors="replace").strip().splitlines()
        return words[-1][:WORDS_KEPT] if words else ""


def main() -> None:
    """What the process does."""
    wake_with_parent_gone()
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything else prints here is no result
    orphaned = threading.Event()
    threading.Thread(target=_watch_parent, args=(orphaned,), daemon=True).start()
    try:
        _run(job, out, orphaned)
    except RnnbenchError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(NO_TRIAL_RUNS_HERE)
    os._exit(int(orphaned.is_set()))


def _run(job: Job, out: BinaryIO, orphaned: threading.Event) -> None:
    queue = deque(job.trials)
    with LocalPool(job.at_once, checkpoints=job.checkpoints) as pool:
        while (queue or pool.in_flight) and not orphaned.is_set():
            while queue and pool.free > 0:
                pool.start(queue.popleft())
            for result in pool.wait(PATIENCE_SECONDS):
                out.write(encode(result) + b"\n")
                out.flush()


def _watch_parent(orphaned: threading.Event) -> None:
    """The parent says nothing more: what can be read is the end."""
    sys.stdin.buffer.read()
    orphaned.set()
