"""Jobs: trials that run in one process, on any machine; executors of plugins are built on them.

The process reads the job as a line of JSON from its standard input, runs the trials in a local
pool, and prints each result as a line of JSON. It ends with its parent, when its standard input
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
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from rnnbench.errors import RnnbenchError
from rnnbench.executors.confinement import wake_with_parent_gone
from rnnbench.executors.family import continue_if_stopped
from rnnbench.executors.local import LocalPool
from rnnbench.executors.printed import last_line
from rnnbench.executors.running import without_run
from rnnbench.executors.scratch import unusable_folder
from rnnbench.interpreter import python_with_my_path
from rnnbench.records import Checkpoints, Result, Trial, encode, trial_id

PROGRAM = "from rnnbench.executors.job import main; main()"
WAIT_SECONDS = 0.5
POLL_SECONDS = 1.0
END_SECONDS = 60.0
READ_BYTES = 65_536
NO_TRIAL_RUNS_HERE = 3
"""The exit code of a job on a machine where no trial can run."""


class Job(Struct, frozen=True, kw_only=True):
    """Trials to run, in this order.

    at_once:     how many of them run at the same time.
    checkpoints: where their checkpoints are written, and how often.
    """

    trials: tuple[Trial, ...]
    at_once: int = 1
    checkpoints: Checkpoints = Checkpoints()


class JobProcess:
    """A job that runs in a child of this process; it ends with this process, or by `end`."""

    def __init__(self, job: Job) -> None:
        self._job = job
        try:
            self._errors = TemporaryFile()  # noqa: SIM115  closed with the process
        except OSError as error:
            raise unusable_folder(error) from error
        self._process = subprocess.Popen(
            python_with_my_path(PROGRAM),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # a signal to the group of this process does not end the trials
            start_new_session=True,
        )
        with suppress(BrokenPipeError):
            self._pipe_in.write(encode(job) + b"\n")
            self._pipe_in.flush()

    def results(self) -> Iterator[Result]:
        """Yield the result of each trial as it comes; it is `killed` where the job died first.

        Raises RnnbenchError where no trial can run on this machine.
        """
        missing = {trial_id(trial): trial for trial in self._job.trials}
        with self._process, self._errors:
            for line in self._lines():
                result = msgspec.json.decode(line, type=Result)
                del missing[trial_id(result.trial)]
                yield result
                if not missing:
                    break
            self.end()
            code = self._exit_code()
            words = last_line(cast(BinaryIO, self._errors))
        if code == NO_TRIAL_RUNS_HERE:
            raise RnnbenchError(f"on {platform.node()}: {words}")
        ending = f": {words}" if words else ""
        for trial in missing.values():
            yield without_run(
                trial, "killed", f"the job that ran it ended with code {code}{ending}"
            )

    def end(self) -> None:
        """End the job with its trials; may be called more than once, and from another thread."""
        with suppress(OSError, ValueError):
            self._pipe_in.close()

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines that the job prints; a job that is stopped is continued."""
        assert self._process.stdout
        file = self._process.stdout.fileno()
        rest = b""
        while True:
            if not wait([file], POLL_SECONDS):
                continue_if_stopped(self._process.pid)
                continue
            piece = os.read(file, READ_BYTES)
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines

    def _exit_code(self) -> int:
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


def main() -> None:
    """Run the process of a job."""
    wake_with_parent_gone()
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not be taken for a result
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
            for result in pool.wait(WAIT_SECONDS):
                out.write(encode(result) + b"\n")
                out.flush()


def _watch_parent(orphaned: threading.Event) -> None:
    """Wait for the end of standard input, into which the parent writes nothing more."""
    sys.stdin.buffer.read()
    orphaned.set()
