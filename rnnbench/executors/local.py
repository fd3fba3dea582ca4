"""The local pool: each trial in a process of its own, started by a forkserver that has torch loaded.

The forkserver starts no thread and touches no device, so what it forks is as good as new. A child ends with its driver.
What dies without a word, hangs or runs wild becomes the result of its own trial. Where the forkserver itself dies, the
trials that were running are run again one at a time, so that one which kills it is found out.
"""

import shutil
import time
from collections import deque
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import msgspec

from rnnbench import environment
from rnnbench.errors import RnnbenchError
from rnnbench.executors import confinement
from rnnbench.executors.child import Order, main
from rnnbench.executors.family import end_strays
from rnnbench.executors.forkserver import Forkserver, main_hidden
from rnnbench.executors.needs import Needs
from rnnbench.executors.running import POLL_SECONDS, Running
from rnnbench.records import CHECKPOINT_SECONDS, Executor, Placement, Result, Trial, trial_id


def build_local(placement: Placement, checkpoint_seconds: float = CHECKPOINT_SECONDS) -> "LocalPool":
    """A pool for a run: one trial at once for each core, unless told otherwise."""
    jobs = placement.jobs or environment.machine().cores
    return LocalPool(jobs, checkpoints=placement.checkpoints, checkpoint_seconds=checkpoint_seconds)


class LocalPool(Executor):
    """Up to `jobs` trials at once on this machine. With `only_size`, they size their models and train nothing."""

    def __init__(
        self,
        jobs: int,
        *,
        checkpoints: Path | None = None,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        only_size: bool = False,
    ) -> None:
        if checkpoint_seconds < 0:
            raise RnnbenchError(f"checkpoint_seconds should not be negative, got {checkpoint_seconds:g}")
        self.jobs, self.only_size = jobs, only_size
        self._checkpoints, self._checkpoint_seconds = checkpoints, checkpoint_seconds
        self._running: dict[str, Running] = {}
        self._again: deque[Trial] = deque()
        self._alone: str | None = None
        self._notices: list[str] = []
        self._scratch = TemporaryDirectory(prefix="rnnbench-", ignore_cleanup_errors=True)
        confinement.adopt_orphans(True)
        self._needs = Needs()
        self._forkserver = Forkserver()

    def close(self) -> None:
        for running in self._running.values():
            running.end()
        self._running.clear()
        self._again.clear()
        end_strays(self._forkserver.helpers)
        confinement.adopt_orphans(False)
        self._scratch.cleanup()

    @property
    def free(self) -> int:
        return 0 if self._again or self._alone else self.jobs - len(self._running)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._running) | {trial_id(trial) for trial in self._again}

    def notices(self) -> list[str]:
        told, self._notices = self._notices, []
        return told

    def start(self, trial: Trial) -> None:
        identity = trial_id(trial)
        folder = Path(self._scratch.name) / uuid4().hex
        try:
            folder.mkdir()
        except OSError as error:
            raise RnnbenchError(f"{folder}: cannot be made for a trial to work in: {error.strerror}") from error
        checkpoint = self._checkpoints / f"{identity}.pt" if self._checkpoints else None
        plugins = self._needs.plugins(trial)
        order = Order(
            trial=trial,
            folder=str(folder),
            output=f"{folder}.txt",
            result=f"{folder}.json",
            marker=f"{folder}.mark",
            checkpoint=str(checkpoint.absolute()) if checkpoint else "",
            checkpoint_seconds=self._checkpoint_seconds,
            only_size=self.only_size,
            plugins=plugins,
            files=self._needs.files(plugins),
        )
        ours, theirs = self._forkserver.context.Pipe()
        process = self._forkserver.context.Process(target=main, args=(msgspec.json.encode(order), theirs))
        with main_hidden():
            self._forkserver.start(process)
        theirs.close()
        files = Path(order.output), Path(order.result), Path(order.marker)
        self._running[identity] = Running(trial, process, ours, *files)

    def wait(self, seconds: float) -> list[Result]:
        if self._again and not self._running:
            trial = self._again.popleft()
            self._alone = trial_id(trial)
            self.start(trial)
        nearest = min((running.seconds_left for running in self._running.values()), default=0.0)
        signs = [running.process.sentinel for running in self._running.values()]
        wait(signs, timeout=max(0.0, min(seconds, nearest, POLL_SECONDS)))
        results = [result for identity in list(self._running) if (result := self._collect(identity))]
        if results:
            end_strays(self._forkserver.helpers)
        return results

    def _collect(self, identity: str) -> Result | None:
        """The result of a trial that has come to an end in whatever way; None while it is at work or starts again."""
        running = self._running[identity]
        result = running.result()
        if result is None:
            return None
        if result.status == "killed" and not self._forkserver_lives():
            if identity != self._alone:
                self._put_back(identity)
                return None
            result = msgspec.structs.replace(result, reason="took the server that starts all trials down with it")
        self._drop(identity)
        if identity == self._alone:
            self._alone = None
        return result

    def _put_back(self, identity: str) -> None:
        self._again.append(self._running[identity].trial)
        self._drop(identity)
        self._notices.append(f"the server that starts trials was killed; {identity} is run again")

    def _drop(self, identity: str) -> None:
        running = self._running.pop(identity)
        running.end()
        running.output.unlink(missing_ok=True)
        running.result_file.unlink(missing_ok=True)
        running.marker.unlink(missing_ok=True)
        shutil.rmtree(running.output.with_suffix(""), ignore_errors=True)

    def _forkserver_lives(self) -> bool:
        """A child that died without a word may have died with the forkserver, whose end is seen a moment later."""
        if self._forkserver.lives:
            time.sleep(0.05)
        return self._forkserver.lives


def run_one(trial: Trial) -> Result:
    """The result of one trial, run in a process of its own and kept nowhere."""
    with LocalPool(jobs=1) as pool:
        pool.start(trial)
        results: list[Result] = []
        while not results:
            results = pool.wait(1.0)
    return results[0]
