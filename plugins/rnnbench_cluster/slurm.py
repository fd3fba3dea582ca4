"""SLURM: trials in packs, packs in arrays of jobs, results as files in a folder that all machines
see.

What became of a job is told by its files and by squeue, and by nothing else. One that is gone
without all its results costs the trial that was running an attempt, and nothing to any other.
"""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import msgspec

import rnnbench
from rnnbench_cluster.slurm_job import RunningJob, most_at_once
from rnnbench_cluster.slurm_pack import Needs, Pack, arrays, read_regular
from rnnbench_cluster.slurm_queue import Site, SlurmQueue, end_earlier_runs, require_commands

TRIALS_HELD = 600
"""Taken at once, to be packed well; an array of as many jobs is still one that SLURM takes unless
told otherwise."""
ATTEMPTS = 3
CANCELLED = (
    "the jobs that an earlier run had left in SLURM were cancelled; what they had not done begins"
    " again"
)
GRACE_POLLS = 6
"""So often a job must be seen to be over before a result that is not there counts as lost: files
may lag behind."""


def build_slurm(
    context: rnnbench.ExecutorContext,
    partition: str = "",
    account: str = "",
    gpu: str = "gpu:1",
    minutes_a_job: float = 60.0,
    jobs_at_once: int = 100,
    poll_seconds: float = 5.0,
    checkpoint_seconds: float = 60.0,
) -> "SlurmExecutor":
    """Jobs for a run. Raises RnnbenchError where there is no SLURM, or it does not answer."""
    require_commands()
    folder = context.folder.absolute() / "slurm"
    notices = [CANCELLED] if end_earlier_runs(folder) else []
    terms = rnnbench.Job(trials=(), checkpoints=context.checkpoints(checkpoint_seconds))
    queue = SlurmQueue(folder / uuid4().hex[:12], Site(partition, account, gpu), terms)
    return SlurmExecutor(
        queue, context.jobs or jobs_at_once, 60 * minutes_a_job, poll_seconds, notices
    )


class SlurmExecutor(rnnbench.Executor):
    """Up to `jobs_at_once` jobs at work, each with trials whose limits add up to `seconds_a_job`.

    What is started is submitted by `wait`, once in `poll_seconds`; then, too, it is seen what has
    become of the jobs.
    """

    def __init__(
        self,
        queue: SlurmQueue,
        jobs_at_once: int,
        seconds_a_job: float,
        poll_seconds: float,
        notices: Sequence[str],
    ) -> None:
        self._queue, self._jobs_at_once, self._seconds_a_job = queue, jobs_at_once, seconds_a_job
        self._poll_seconds, self._next_look = poll_seconds, 0.0
        self._collected: dict[str, rnnbench.Trial] = {}
        self._in_flight: set[str] = set()
        self._jobs: dict[str, RunningJob] = {}
        self._attempts: Counter[str] = Counter()
        self._refusals, self._accepted = 0, False
        self._finished: list[rnnbench.Result] = []
        self._notices, self._told = list(notices), set(notices)

    def close(self) -> None:
        self._queue.end()

    @property
    def free(self) -> int:
        """Once the jobs are half through, or while a pack is being filled: packs are made of many
        trials at once."""
        held = len(self._in_flight)
        return TRIALS_HELD - held if self._collected or held <= TRIALS_HELD // 2 else 0

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._in_flight)

    def notices(self) -> list[str]:
        told, self._notices = self._notices, []
        return told

    def start(self, trial: rnnbench.Trial) -> None:
        identity = rnnbench.trial_id(trial)
        self._collected[identity] = trial
        self._in_flight.add(identity)

    def wait(self, seconds: float) -> list[rnnbench.Result]:
        deadline = time.monotonic() + seconds
        while not self._finished:
            now = time.monotonic()
            if now >= self._next_look:
                self._look()
                self._next_look = time.monotonic() + self._poll_seconds
            elif now >= deadline:
                break
            else:
                time.sleep(min(deadline, self._next_look) - now)
        finished, self._finished = self._finished, []
        return finished

    def _look(self) -> None:
        """States first: where a job was over by then, its results were there by then."""
        states = self._states()
        self._read_results()
        if states is not None:
            self._see_jobs(states)
        self._submit()

    def _states(self) -> dict[str, str] | None:
        """State by id; None where SLURM does not answer, which says nothing of the jobs."""
        if not self._jobs:
            return {}
        try:
            return self._queue.states()
        except rnnbench.RnnbenchError as error:
            self._tell(f"{error}; it is asked again")
            return None

    def _read_results(self) -> None:
        """Take the results that have come."""
        for path in self._queue.results.glob("*.json"):
            if path.stem not in self._in_flight:
                continue
            with suppress(OSError, msgspec.DecodeError):  # not all of it may have come yet
                self._finish(msgspec.json.decode(read_regular(path), type=rnnbench.Result))

    def _finish(self, result: rnnbench.Result) -> None:
        """Hold a result ready for whoever waits."""
        self._in_flight.discard(rnnbench.trial_id(result.trial))
        self._finished.append(result)

    def _see_jobs(self, states: dict[str, str]) -> None:
        """Let go of jobs that are over, and mend what they left undone."""
        for job in list(self._jobs.values()):
            job.see(states.get(job.identity, ""))
            if job.held:
                self._tell(
                    f"job {job.identity} waits ({job.reason}); `scontrol release {job.identity}`"
                    " lets it go on"
                )
            missing = [trial for trial in job.pack if rnnbench.trial_id(trial) in self._in_flight]
            if job.times_over > (GRACE_POLLS if missing else 0):
                del self._jobs[job.identity]
                if missing:
                    self._mend(job, *missing)

    def _mend(self, job: RunningJob, first: rnnbench.Trial, *others: rnnbench.Trial) -> None:
        """The first trial without a result was running when its job ended, whoever's fault that
        was."""
        identity = rnnbench.trial_id(first)
        self._attempts[identity] += 1
        how = (
            f"job {job.identity} ended ({job.end}) before it gave a"
            f" result{self._queue.last_words(job.identity)}"
        )
        if self._attempts[identity] == ATTEMPTS:
            self._finish(
                rnnbench.without_run(
                    first, "killed", f"{how}; as did {ATTEMPTS - 1} jobs before it"
                )
            )
        else:
            again = f"it and {len(others)} behind it are" if others else "it is"
            self._tell(f"{identity}: {how}; {again} run again")
            self.start(first)
        for trial in others:
            self.start(trial)

    def _submit(self) -> None:
        """Submit what was collected, array by array, as far as there is room for more jobs at
        once."""
        waiting = arrays(self._collected.values(), self._seconds_a_job, self._attempts)
        for position, ((needs, minutes), packs) in enumerate(waiting.items()):
            room = self._jobs_at_once - most_at_once(self._jobs.values())
            if room > 0:
                self._submit_array(needs, minutes, packs, max(1, room // (len(waiting) - position)))

    def _submit_array(
        self, needs: Needs, minutes: int, packs: Sequence[Pack], at_once: int
    ) -> None:
        """Submit one array; what SLURM refuses stays collected."""
        try:
            identities = self._queue.submit(needs, minutes, packs, at_once)
        except rnnbench.RnnbenchError as error:
            self._bear(error)
            return
        self._refusals, self._accepted = 0, True
        for identity, pack in zip(identities, packs, strict=True):
            self._jobs[identity] = RunningJob(identity, pack, at_once)
            for trial in pack:
                del self._collected[rnnbench.trial_id(trial)]

    def _bear(self, refusal: rnnbench.RnnbenchError) -> None:
        """A refusal may pass when jobs end or SLURM is there again. Raises it where there is no
        such hope."""
        self._refusals += 1
        if not self._jobs and (not self._accepted or self._refusals > GRACE_POLLS):
            raise refusal
        self._tell(f"{refusal}; it is tried again")

    def _tell(self, sentence: str) -> None:
        """Note a sentence for `notices`, once."""
        if sentence not in self._told:
            self._told.add(sentence)
            self._notices.append(sentence)
