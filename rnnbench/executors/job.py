"""A job: trials that run in a process of their own, on whatever machine. Executors of plugins are made of it.

The process reads the job as one line of JSON from its standard input, runs the trials in a local pool, prints each
result as a line of JSON, and ends with its parent: when its standard input closes.
"""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import msgspec
from msgspec import Struct

from rnnbench.executors.local import LocalPool
from rnnbench.executors.running import without_run
from rnnbench.interpreter import python_with_my_path
from rnnbench.records import CHECKPOINT_SECONDS, Result, Trial, encode, trial_id

PROGRAM = "from rnnbench.executors.job import main; main()"
PATIENCE_SECONDS = 0.5
WORDS_KEPT = 300


class Job(Struct, frozen=True, kw_only=True):
    """Trials to run, in this order.

    at_once:     how many of them at the same time.
    checkpoints: the folder in which they keep what they need to go on after they were cut off; "" keeps nothing.
    """

    trials: tuple[Trial, ...]
    at_once: int = 1
    checkpoints: str = ""
    checkpoint_seconds: float = CHECKPOINT_SECONDS


class JobProcess:
    """A job at work, as a child of this process. It ends with this process, and when `end` is called."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._said = TemporaryFile()  # noqa: SIM115  closed with the process
        self._process = subprocess.Popen(
            python_with_my_path(PROGRAM),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # a signal that warns this process and all its group is not the end of the trials
        )
        with suppress(BrokenPipeError):
            self._pipe_in.write(encode(job) + b"\n")
            self._pipe_in.flush()

    def results(self) -> Iterator[Result]:
        """The results as they come, one for each trial: `killed` for those whose job died under them."""
        missing = {trial_id(trial): trial for trial in self._job.trials}
        assert self._process.stdout
        with self._process, self._said:
            for line in self._process.stdout:
                result = msgspec.json.decode(line, type=Result)
                del missing[trial_id(result.trial)]
                yield result
                if not missing:
                    break
            self.end()
            reason = f"the job that ran it ended with code {self._process.wait()}{self._last_words()}"
        for trial in missing.values():
            yield without_run(trial, "killed", reason)

    def end(self) -> None:
        """End the job with all that it runs; may be called from another thread, and again."""
        with suppress(OSError, ValueError):
            self._pipe_in.close()

    @property
    def _pipe_in(self) -> BinaryIO:
        assert self._process.stdin
        return self._process.stdin  # type: ignore[return-value]

    def _last_words(self) -> str:
        self._said.seek(0)
        words = self._said.read().decode(errors="replace").strip().splitlines()
        return f": {words[-1][:WORDS_KEPT]}" if words else ""


def main() -> None:
    """What the process does."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything else prints here is no result
    orphaned = threading.Event()
    threading.Thread(target=_watch_parent, args=(orphaned,), daemon=True).start()
    queue = deque(job.trials)
    checkpoints = Path(job.checkpoints) if job.checkpoints else None
    with LocalPool(job.at_once, checkpoints=checkpoints, checkpoint_seconds=job.checkpoint_seconds) as pool:
        while (queue or pool.in_flight) and not orphaned.is_set():
            while queue and pool.free > 0:
                pool.start(queue.popleft())
            for result in pool.wait(PATIENCE_SECONDS):
                out.write(encode(result) + b"\n")
                out.flush()
    os._exit(int(orphaned.is_set()))


def _watch_parent(orphaned: threading.Event) -> None:
    """The parent says nothing more: what can be read is the end."""
    sys.stdin.buffer.read()
    orphaned.set()
