"""A job that was submitted to SLURM, and its state as squeue reports it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rnnbench_cluster.slurm_pack import Pack

ENDED = frozenset(
    (
        "BOOT_FAIL",
        "CANCELLED",
        "COMPLETED",
        "DEADLINE",
        "FAILED",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
        "PREEMPTED",
        "REVOKED",
        "TIMEOUT",
    )
)
"""States of a job that has ended, although SLURM may still requeue it."""


@dataclass
class RunningJob:
    """A submitted job whose end is not yet certain.

    identity:   id of the job in SLURM.
    pack:       the trials that it runs, in order.
    at_once:    most jobs of its array that run at the same time.
    state:      the last state that squeue reported.
    reason:     why SLURM keeps the job in this state.
    polls_over: number of successive polls that found the job ended.
    """

    identity: str
    pack: Pack
    at_once: int
    state: str = "PENDING"
    reason: str = ""
    polls_over: int = 0

    @property
    def array(self) -> str:
        """Id of the array to which the job belongs."""
        return self.identity.partition("_")[0]

    @property
    def held(self) -> bool:
        """Whether the job waits for a release; SLURM also holds jobs that it could not launch."""
        return "held" in self.reason.lower()

    @property
    def end(self) -> str:
        """State in which the job ended, or its last state before squeue lost it."""
        return self.state if self.state in ENDED else f"no longer listed, last state {self.state}"

    def update(self, answer: str) -> None:
        """Take over "state reason" as squeue reports it; "" means that squeue lists no such job."""
        state, _, self.reason = answer.partition(" ")
        self.state = state or self.state
        is_alive = bool(state) and state not in ENDED
        self.polls_over = 0 if is_alive else self.polls_over + 1


def most_at_once(jobs: Iterable[RunningJob]) -> int:
    """Return the most of these jobs that can run at the same time, under the limits of arrays."""
    jobs_left = Counter((job.array, job.at_once) for job in jobs)
    return sum(min(at_once, count) for (_, at_once), count in jobs_left.items())
