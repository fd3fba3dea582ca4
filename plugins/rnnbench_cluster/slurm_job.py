"""Jobs that were submitted to SLURM, and what squeue reports of them."""

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
"""States of a job that is over. SLURM may still requeue it."""


@dataclass
class RunningJob:
    """A job that is not known to be over.

    at_once:    how many jobs of its array may run at the same time.
    reason:     why SLURM holds the job in its state.
    polls_over: how many polls in a row found the job over.
    """

    identity: str
    pack: Pack
    at_once: int
    state: str = "PENDING"
    reason: str = ""
    polls_over: int = 0

    @property
    def array(self) -> str:
        """The id of the array to which the job belongs."""
        return self.identity.partition("_")[0]

    @property
    def held(self) -> bool:
        """Whether the job waits to be released; SLURM itself holds jobs that it cannot launch."""
        return "held" in self.reason.lower()

    @property
    def end(self) -> str:
        """How the job ended, in words."""
        return self.state if self.state in ENDED else f"gone, last seen {self.state}"

    def update(self, answer: str) -> None:
        """Take over state and reason from SLURM's answer; "" means that it knows no such job."""
        state, _, self.reason = answer.partition(" ")
        self.state = state or self.state
        is_alive = bool(state) and state not in ENDED
        self.polls_over = 0 if is_alive else self.polls_over + 1


def most_at_once(jobs: Iterable[RunningJob]) -> int:
    """Return how many of these jobs may run at the same time."""
    jobs_left = Counter((job.array, job.at_once) for job in jobs)
    return sum(min(at_once, count) for (_, at_once), count in jobs_left.items())
