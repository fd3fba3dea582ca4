"""A job that was submitted to SLURM, as its driver sees it."""

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
"""States of a job that is over, though it may still be requeued."""


@dataclass
class RunningJob:
    """A job that is not over, as far as is known. Of its array, `at_once` may run at the same
    time."""

    identity: str
    pack: Pack
    at_once: int
    state: str = "PENDING"
    reason: str = ""
    times_over: int = 0

    @property
    def array(self) -> str:
        """The id of the array of which it is one."""
        return self.identity.partition("_")[0]

    @property
    def held(self) -> bool:
        """Whether it waits for somebody to release it; SLURM itself holds what it could not
        launch."""
        return "held" in self.reason.lower()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        return self.state if self.state in ENDED else f"gone, last seen {self.state}"

    def see(self, told: str) -> None:
        """Take note of what SLURM says of it: its state and why it is in it; "" is that it knows no
        such job."""
        state, _, self.reason = told.partition(" ")
        self.state = state or self.state
        self.times_over = 0 if state and state not in ENDED else self.times_over + 1


def most_at_once(jobs: Iterable[RunningJob]) -> int:
    """How many of these jobs may run at the same time."""
    left = Counter((job.array, job.at_once) for job in jobs)
    return sum(min(at_once, count) for (_, at_once), count in left.items())
