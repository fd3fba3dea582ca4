"""The local pool: each trial runs in its own process, forked by a server that has loaded torch.

A child ends with its driver. A trial that dies, hangs or exceeds a limit gets a result that reports
it. Where the server dies, the running trials are run again one at a time, which finds the trial
that kills the server. A trial that failed and whose working folder is missing is run again too.
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
from rnnbench.executors.needs import compiles, needed_files, needed_plugins
from rnnbench.executors.running import POLL_SECONDS, Running
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.records import CHECKPOINT_SECONDS, Checkpoints, Result, Status, Trial, trial_id

FAILED: tuple[Status, ...] = ("error", "killed")
NOTHING_KEPT = Checkpoints()
DEATHS_ALONE = 3
"""The deaths of the server, while a trial runs alone, after which the trial is blamed."""


def build_local(
    context: ExecutorContext, checkpoint_seconds: float = CHECKPOINT_SECONDS
) -> "LocalPool":
    """Return a pool for a run, with as many trials at once as the context says, or as cores."""
    jobs = context.jobs or environment.machine().cores
    return LocalPool(jobs, checkpoints=context.checkpoints(checkpoint_seconds))


class LocalPool(Executor):
    """Runs up to `jobs` trials at once on this machine.

    only_size: whether the trials only size their models, without training.
    """

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
        if self._again or self._alone:
            return 0
        return self.jobs - len(self._running)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._running) | {trial_id(trial) for trial in self._again}

    def notices(self) -> list[str]:
        notices = self._notices
        self._notices = []
        return notices

    def start(self, trial: Trial) -> None:
        identity = trial_id(trial)
        folder = self._scratch.make_folder()
        plugins = needed_plugins(trial)
        request = ChildRequest(
            trial=trial,
            folder=str(folder),
            checkpoints=self._checkpoints,
            only_size=self.only_size,
            plugins=plugins,
            files=needed_files(plugins),
            compiles=compiles(trial),
        )
        files = open_shared_files()
        try:
            child = self._forkserver.start(request, files)
        except BaseException:
            files.close()
            raise
        self._running[identity] = Running(trial, child, folder, files)

    def wait(self, seconds: float) -> list[Result]:
        if self._again and not self._running:
            trial = self._again.popleft()
            self._alone = trial_id(trial)
            self.start(trial)
        self._listen(seconds)
        results = []
        for identity in list(self._running):
            result = self._collect(identity)
            if result is not None:
                results.append(result)
        if results:
            self._forkserver.end_strays()
        return results

    def _listen(self, seconds: float) -> None:
        """Wait until a child is over or at its time limit, unless one is over already."""
        running = self._running.values()
        until_limit = min((trial.seconds_left for trial in running), default=0.0)
        if not any(trial.child.over for trial in running):
            self._forkserver.listen(max(0.0, min(seconds, until_limit, POLL_SECONDS)))

    def _collect(self, identity: str) -> Result | None:
        """The result of a trial; None while it runs, or where it is run again."""
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

    def _put_back(self, identity: str, reason: str) -> None:
        """Run a trial again and alone, so that no other trial can make it fail."""
        self._again.append(self._running[identity].trial)
        self._drop(identity)
        self._notices.append(f"{reason}; {identity} is run again")

    def _is_guilty(self, identity: str) -> bool:
        """Whether the server has died `DEATHS_ALONE` times while this trial ran alone.

        Another process may have killed it once or twice.
        """
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
    """Run one trial in its own process, and return its result without storing it."""
    with LocalPool(jobs=1) as pool:
        pool.start(trial)
        results: list[Result] = []
        while not results:
            results = pool.wait(1.0)
    return results[0]
