"""The executor `slurm`: runs packs of trials as job arrays, which return results as files.

All machines must see the folder of the run. The state of a job is known from its files and from
squeue alone. When a job ends without all its results, only the trial that was running loses one
of its attempts.
"""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import msgspec

import rnnbench
from rnnbench_cluster.slurm_commands import require_commands
from rnnbench_cluster.slurm_job import RunningJob
from rnnbench_cluster.slurm_notices import Notices
from rnnbench_cluster.slurm_pack import read_regular
from rnnbench_cluster.slurm_queue import SlurmQueue, end_earlier_runs
from rnnbench_cluster.slurm_site import Site
from rnnbench_cluster.slurm_submission import Submitter

TRIALS_HELD = 600
"""Most trials held at once: many, to fill packs, yet fewer than SLURM's default MaxArraySize."""
ATTEMPTS = 3
"""A trial fails when this many jobs have ended while it was running."""
CANCELLED = (
    "SLURM jobs that an earlier run had left behind were cancelled; their unfinished trials start"
    " again"
)
GRACE_POLLS = 6
"""Polls that find a job ended before a missing result counts as lost: files may appear late."""


def build_slurm(
    context: rnnbench.ExecutorContext,
    partition: str = "",
    account: str = "",
    qos: str = "",
    constraint: str = "",
    setup: str = "",
    additional: str = "",
    gpu: str = "gpu:1",
    minutes_a_job: float = 60.0,
    jobs_at_once: int = 100,
    poll_seconds: float = 5.0,
    checkpoint_seconds: float = 60.0,
) -> "SlurmExecutor":
    """Build an executor that runs trials in jobs of SLURM.

    partition, account, qos, constraint, setup, additional: as of `Site`; "" leaves one to SLURM.
    gpu:                generic resource (gres) that a trial on a CUDA device requests.
    minutes_a_job:      sum of the time limits of trials, in minutes, at which a job is full.
    jobs_at_once:       most jobs that run at the same time, unless the user chose a number.
    poll_seconds:       time between two readings of squeue and of the results.
    checkpoint_seconds: time between checkpoints of a trial.

    Raises RnnbenchError where SLURM does not answer, and for options that cannot be read.
    """
    site = Site(partition, account, qos, constraint, gpu, setup, additional)
    require_commands()
    folder = context.folder.absolute() / "slurm"
    notices = Notices([CANCELLED] if end_earlier_runs(folder) else [])
    template = rnnbench.Job(trials=(), checkpoints=context.checkpoints(checkpoint_seconds))
    queue = SlurmQueue(folder / uuid4().hex[:12], site, template)
    submitter = Submitter(queue, context.jobs or jobs_at_once, 60 * minutes_a_job, notices)
    return SlurmExecutor(queue, submitter, poll_seconds, notices)


class SlurmExecutor(rnnbench.Executor):
    """Runs trials in jobs of SLURM, which it polls while the driver waits for results.

    A poll reads states and results, and submits the trials that were started since the last poll.
    """

    def __init__(
        self, queue: SlurmQueue, submitter: Submitter, poll_seconds: float, notices: Notices
    ) -> None:
        self._queue = queue
        self._submitter = submitter
        self._poll_seconds = poll_seconds
        self._notices = notices
        self._next_poll = 0.0
        self._in_flight: set[str] = set()
        self._jobs: dict[str, RunningJob] = {}
        self._attempts: Counter[str] = Counter()
        self._finished: list[rnnbench.Result] = []

    def close(self) -> None:
        self._queue.end()

    @property
    def free(self) -> int:
        """Number of further trials that may be started now.

        A full executor accepts none until half of its trials have a result, so that packs are
        filled from many trials at a time.
        """
        held = len(self._in_flight)
        is_open = bool(self._submitter.waiting) or held <= TRIALS_HELD // 2
        return TRIALS_HELD - held if is_open else 0

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._in_flight)

    def notices(self) -> list[str]:
        return self._notices.take()

    def start(self, trial: rnnbench.Trial) -> None:
        self._submitter.add(trial)
        self._in_flight.add(rnnbench.trial_id(trial))

    def wait(self, seconds: float) -> list[rnnbench.Result]:
        deadline = time.monotonic() + seconds
        while not self._finished:
            now = time.monotonic()
            if now >= self._next_poll:
                self._poll()
                self._next_poll = time.monotonic() + self._poll_seconds
            elif now >= deadline:
                break
            else:
                time.sleep(min(deadline, self._next_poll) - now)
        finished = self._finished
        self._finished = []
        return finished

    def _poll(self) -> None:
        """Read states and results of jobs, and submit the trials that wait.

        States are read before results, so that the results of an ended job are complete.
        """
        states = self._states()
        self._read_results()
        if states is not None:
            self._update_jobs(states)
        self._submitter.submit(self._jobs, alone=self._attempts)

    def _states(self) -> dict[str, str] | None:
        """Return the state of each job by id, or None where SLURM does not answer."""
        if not self._jobs:
            return {}
        try:
            return self._queue.states()
        except rnnbench.RnnbenchError as error:
            self._notices.add(f"{error}; the next poll asks again")
            return None

    def _read_results(self) -> None:
        for path in self._queue.results.glob("*.json"):
            if path.stem not in self._in_flight:
                continue
            with suppress(OSError, msgspec.DecodeError):  # the file may not be complete yet
                self._finish(msgspec.json.decode(read_regular(path), type=rnnbench.Result))

    def _finish(self, result: rnnbench.Result) -> None:
        self._in_flight.discard(rnnbench.trial_id(result.trial))
        self._finished.append(result)

    def _update_jobs(self, states: dict[str, str]) -> None:
        """Forget the jobs that have ended, and restart their trials without a result."""
        for job in list(self._jobs.values()):
            job.update(states.get(job.identity, ""))
            if job.held:
                self._notices.add(
                    f"SLURM holds job {job.identity} ({job.reason}); `scontrol release"
                    f" {job.identity}` lets it start"
                )
            missing = [trial for trial in job.pack if rnnbench.trial_id(trial) in self._in_flight]
            grace_polls = GRACE_POLLS if missing else 0
            if job.polls_over > grace_polls:
                del self._jobs[job.identity]
                if missing:
                    self._handle_lost(job, missing)

    def _handle_lost(self, job: RunningJob, missing: Sequence[rnnbench.Trial]) -> None:
        """Restart the trials that a job left without a result.

        The first of them was running when the job ended; it fails at its last attempt.
        """
        first, *others = missing
        identity = rnnbench.trial_id(first)
        self._attempts[identity] += 1
        cause = (
            f"job {job.identity} ended ({job.end}) without a"
            f" result{self._queue.last_error(job.identity)}"
        )
        if self._attempts[identity] == ATTEMPTS:
            reason = f"{cause}; {ATTEMPTS - 1} earlier jobs of the trial ended without one too"
            self._finish(rnnbench.without_run(first, "killed", reason))
        else:
            restarted = f"it and {len(others)} later in the job are" if others else "it is"
            self._notices.add(f"trial {identity}: {cause}; {restarted} run again")
            self.start(first)
        for trial in others:
            self.start(trial)
