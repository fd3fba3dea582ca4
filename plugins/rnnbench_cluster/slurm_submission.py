"""Submission to SLURM: packs waiting trials, and submits the packs as arrays of jobs."""

from collections.abc import Collection, Sequence

import rnnbench
from rnnbench_cluster.slurm_job import RunningJob, most_at_once
from rnnbench_cluster.slurm_notices import Notices
from rnnbench_cluster.slurm_pack import Needs, Pack, arrays
from rnnbench_cluster.slurm_queue import SlurmQueue

MOST_REFUSALS = 6
"""Most successive refusals that are tolerated while no job of the run is left."""


class Submitter:
    """Holds the trials that wait for a job, and submits them.

    queue:         the jobs of the run in SLURM.
    jobs_at_once:  most jobs that run at the same time.
    seconds_a_job: sum of the time limits of its trials, in seconds, at which a pack is full.
    notices:       where refusals are reported.
    """

    def __init__(
        self, queue: SlurmQueue, jobs_at_once: int, seconds_a_job: float, notices: Notices
    ) -> None:
        self._queue = queue
        self._jobs_at_once = jobs_at_once
        self._seconds_a_job = seconds_a_job
        self._notices = notices
        self._refusals = 0
        self._was_accepted = False
        self.waiting: dict[str, rnnbench.Trial] = {}

    def add(self, trial: rnnbench.Trial) -> None:
        """Hold a trial until the next submission."""
        self.waiting[rnnbench.trial_id(trial)] = trial

    def submit(self, jobs: dict[str, RunningJob], alone: Collection[str]) -> None:
        """Submit waiting trials, array by array, while there is room for more jobs.

        jobs:  the running jobs by id; submitted jobs are added.
        alone: ids of trials that each get a job of their own.
        Raises RnnbenchError where SLURM refuses an array and will not accept it later.
        """
        waiting = arrays(self.waiting.values(), self._seconds_a_job, alone)
        for position, (request, packs) in enumerate(waiting.items()):
            room = self._jobs_at_once - most_at_once(jobs.values())
            if room <= 0:
                continue
            arrays_left = len(waiting) - position
            at_once = max(1, room // arrays_left)
            self._submit_array(request, packs, at_once, jobs)

    def _submit_array(
        self,
        request: tuple[Needs, int],
        packs: Sequence[Pack],
        at_once: int,
        jobs: dict[str, RunningJob],
    ) -> None:
        """Submit one array; if SLURM refuses it, its trials go on waiting."""
        needs, minutes = request
        try:
            identities = self._queue.submit(needs, minutes, packs, at_once)
        except rnnbench.RnnbenchError as error:
            self._handle_refusal(error, is_idle=not jobs)
            return
        self._refusals = 0
        self._was_accepted = True
        for identity, pack in zip(identities, packs, strict=True):
            jobs[identity] = RunningJob(identity, pack, at_once)
            for trial in pack:
                del self.waiting[rnnbench.trial_id(trial)]

    def _handle_refusal(self, refusal: rnnbench.RnnbenchError, *, is_idle: bool) -> None:
        """Report a refusal that may pass when jobs end or SLURM recovers; raise any other."""
        self._refusals += 1
        is_permanent = not self._was_accepted or self._refusals > MOST_REFUSALS
        if is_idle and is_permanent:
            raise refusal
        self._notices.add(f"{refusal}; the submission is tried again")
