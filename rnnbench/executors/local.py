"""The local pool: each trial in a process of its own, forked by a server that has torch loaded.

A child ends with its driver. What dies without a word, hangs or runs wild becomes the result of its
own trial. Where the server itself dies, the trials that were running are run again one at a time,
so that one which kills it is found; so is a trial that failed and whose working folder is gone.
"""

from collections import Counter, deque

import msgspec

from rnnbench import environment
from rnnbench.contracts import Executor, ExecutorContext
from rnnbench.executors import confinement
from rnnbench.executors.anonymous import open_shared_files
from rnnbench.executors.branding import end_abandoned
from rnnbench.executors.child_request import ChildRequest
from rnnbench.executors.forkserver import Forkserver
from rnnbench.executors.needs import Needs
from rnnbench.executors.running import POLL_SECONDS, Running
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.records import CHECKPOINT_SECONDS, Checkpoints, Result, Status, Trial, trial_id

FAILED: tuple[Status, ...] = ("error", "killed")
NOTHING_KEPT = Checkpoints()
DEATHS_ALONE = 3
"""So often the server must die under a trial that runs alone before the trial is blamed."""


def build_local(
    context: ExecutorContext, checkpoint_seconds: float = CHECKPOINT_SECONDS
) -> "LocalPool":
    """A pool for a run: one trial at once for each core, unless told otherwise."""
    jobs = context.jobs or environment.machine().cores
    return LocalPool(jobs, checkpoints=context.checkpoints(checkpoint_seconds))


class LocalPool(Executor):
    """Up to `jobs` trials at once on this machine. With `only_size`, they size their models and
    train nothing."""

    def __init__(
        self, jobs: int, *, checkpoints: Checkpoints = NOTHING_KEPT, only_size: bool = False
    ) -> None:
        self.jobs = jobs
        self.only_size = only_size
        self._checkpoints = checkpoints
        self._running: dict[str, Running] = {}
        self._again: deque[Trial] = deque()
        self._alone: str | None = None
        self._deaths_alone: Counter[str] = Counter()
        self._notices: list[str] = []
        end_abandoned()
        remove_abandoned()
        self._scratch = Scratch()
        confinement.adopt_orphans(True)
        self._needs = Needs()
        self._forkserver = Forkserver()

    def close(self) -> None:
        self._forkserver.close()
        for running in self._running.values():
            running.files.close()
        self._running.clear()
        self._again.clear()
        confinement.adopt_orphans(False)
        self._scratch.close()

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
        folder = self._scratch.make_folder()
        plugins = self._needs.plugins(trial)
        order = ChildRequest(
            trial=trial,
            folder=str(folder),
            checkpoints=self._checkpoints,
            only_size=self.only_size,
            plugins=plugins,
            files=self._needs.files(plugins),
        )
        files = open_shared_files()
        try:
            child = self._forkserver.start(order, files)
        except BaseException:
            files.close()
            raise
        self._running[identity] = Running(trial, child, folder, files)

    def wait(self, seconds: float) -> list[Result]:
        if self._again and not self._running:
            trial = self._again.popleft()
            self._alone = trial_id(trial)
            self.start(trial)
        nearest = min((running.seconds_left for running in self._running.values()), default=0.0)
        if not any(running.child.over for running in self._running.values()):
            self._forkserver.listen(max(0.0, min(seconds, nearest, POLL_SECONDS)))
        results = []
        for identity in list(self._running):
            result = self._collect(identity)
            if result is not None:
                results.append(result)
        if results:
            self._forkserver.end_strays()
        return results

    def _collect(self, identity: str) -> Result | None:
        """The result of a trial that has come to an end in whatever way; None while it is at work
        or starts again."""
        running = self._running[identity]
        if running.lost and not self._is_guilty(identity):
            self._put_back(identity, "the server that starts trials was killed")
            return None
        result = running.result()
        if result is None:
            return None
        if result.status in FAILED and identity != self._alone and not running.folder.exists():
            self._put_back(
                identity, "the working folder of a trial was removed, maybe by one beside it"
            )
            return None
        if running.lost:
            reason = "took the server that starts all trials down with it"
            result = msgspec.structs.replace(result, status="killed", reason=reason)
        self._drop(identity)
        if identity == self._alone:
            self._alone = None
        return result

    def _put_back(self, identity: str, why: str) -> None:
        """Run a trial again, alone, so that no other one can be the reason."""
        self._again.append(self._running[identity].trial)
        self._drop(identity)
        self._notices.append(f"{why}; {identity} is run again")

    def _is_guilty(self, identity: str) -> bool:
        """Whether the server has died under this trial alone, again and again; once may be
        anybody's doing."""
        if identity == self._alone:
            self._deaths_alone[identity] += 1
            self._alone = None
        return self._deaths_alone[identity] == DEATHS_ALONE

    def _drop(self, identity: str) -> None:
        running = self._running.pop(identity)
        self._forkserver.end(running.child)
        running.files.close()
        self._scratch.remove(running.folder)


def run_one(trial: Trial) -> Result:
    """The result of one trial, run in a process of its own and kept nowhere."""
    with LocalPool(jobs=1) as pool:
        pool.start(trial)
        results: list[Result] = []
        while not results:
            results = pool.wait(1.0)
    return results[0]
