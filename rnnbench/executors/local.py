"""The local pool: each trial in a process of its own, started by a forkserver that has torch loaded.

The forkserver starts no thread and touches no device, so what it forks is as good as new. A child ends by itself when
the pipe to its driver closes. What dies without a word, hangs or runs wild becomes the result of its own trial.
"""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import msgspec

from rnnbench import environment
from rnnbench.executors.child import main
from rnnbench.executors.forkserver import main_hidden, start_forkserver
from rnnbench.records import LearningTrial, Provenance, Result, Seconds, Status, Trial, trial_id

OUTPUT_KEPT = 8_000


@dataclass
class _Running:
    """A child at work."""

    trial: Trial
    process: ForkServerProcess
    pipe: Connection
    output: Path
    started: str
    clock: float

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return monotonic() - self.clock

    @property
    def seconds_left(self) -> float:
        """Until its limit."""
        return _limit(self.trial) - self.seconds


class LocalPool:
    """Up to `jobs` trials at once on this machine. A context manager: leaving it ends the children."""

    def __init__(self, jobs: int, preload: Sequence[str] = ()) -> None:
        self.jobs = jobs
        self._context = start_forkserver(preload)
        self._running: dict[str, _Running] = {}
        self._scratch = TemporaryDirectory(prefix="rnnbench-")

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        for running in self._running.values():
            _end(running)
        self._running.clear()
        self._scratch.cleanup()

    @property
    def free(self) -> int:
        """How many more trials may be started now."""
        return self.jobs - len(self._running)

    @property
    def in_flight(self) -> frozenset[str]:
        """The ids of the trials that are running."""
        return frozenset(self._running)

    def start(self, trial: Trial) -> None:
        """Start a trial in a process of its own."""
        identity = trial_id(trial)
        output = Path(self._scratch.name) / f"{identity}.txt"
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=main, args=(msgspec.json.encode(trial), theirs, str(output)))
        with main_hidden():
            process.start()
        theirs.close()
        self._running[identity] = _Running(trial, process, ours, output, _now(), monotonic())

    def wait(self, seconds: float) -> list[Result]:
        """Results of the trials that have ended, waiting up to `seconds` for the first."""
        nearest = min((running.seconds_left for running in self._running.values()), default=0.0)
        signs = [sign for running in self._running.values() for sign in (running.pipe, running.process.sentinel)]
        wait(signs, timeout=max(0.0, min(seconds, nearest)))
        results = []
        for identity, running in list(self._running.items()):
            result = _collect(running)
            if result is not None:
                del self._running[identity]
                _end(running)
                results.append(msgspec.structs.replace(result, output=_tail(running.output)))
                running.output.unlink(missing_ok=True)
        return results


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _limit(trial: Trial) -> float:
    return trial.recipe.limit_seconds if isinstance(trial, LearningTrial) else trial.limit_seconds


def _collect(running: _Running) -> Result | None:
    """The result, if the child sent one, died or ran out of time; None while it is at work.

    What the child started may hold its end of the pipe open, so that its death is asked for besides.
    """
    dead = not running.process.is_alive()
    if running.pipe.poll():
        try:
            return msgspec.json.decode(running.pipe.recv_bytes(), type=Result)
        except (EOFError, OSError):
            dead = True
            running.process.join(10)
        except msgspec.DecodeError as error:
            return _cut_short(running, "error", f"its result cannot be read: {error}")
    if dead:
        return _cut_short(running, "killed", _last_words(running.process.exitcode))
    if running.seconds_left <= 0:
        return _cut_short(running, "timeout", f"longer than its limit of {_limit(running.trial):g} s")
    return None


def _cut_short(running: _Running, status: Status, reason: str) -> Result:
    result = without_run(running.trial, status, reason)
    return msgspec.structs.replace(result, started=running.started, seconds=Seconds(process=running.seconds))


def without_run(trial: Trial, status: Status, reason: str) -> Result:
    """The result of a trial whose process gave none, or that was never started."""
    return Result(
        trial=trial,
        status=status,
        reason=reason,
        started=_now(),
        provenance=Provenance(machine=environment.machine(), versions=environment.versions()),
    )


def _last_words(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with code {code} before it gave a result"


def _end(running: _Running) -> None:
    """End a child and whatever it started; it leads a process group of its own."""
    running.pipe.close()
    with suppress(ProcessLookupError, PermissionError):
        if running.process.pid is not None:
            os.killpg(running.process.pid, signal.SIGKILL)
    running.process.kill()
    running.process.join()
    running.process.close()


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - OUTPUT_KEPT))
            return file.read(OUTPUT_KEPT).decode(errors="replace")
    except OSError:
        return ""
