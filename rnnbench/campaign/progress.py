"""The progress of a run."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rnnbench.records import CostTrial, Result, Trial

FAILURES = ("error", "killed", "timeout", "out-of-memory")
IDLE = ("skipped", "refused")
OVER_LIMIT = "over its memory limit"


@dataclass
class Progress:
    """The progress of a run.

    kept:            statuses of the results that were there before the run.
    new:             statuses of the results that came in this run.
    stale:           what has changed since kept results, and how many of them it concerns: names of
                     cells and tasks, or "torch".
    without_helpers: cells and tasks whose helper modules kept results do not record, and how many
                     results that concerns.
    reasons:         why trials were skipped or refused, and how many were.
    absent:          sentences on cells that have no row beside others that have one, and in how
                     many replicates.
    notices:         sentences on problems that the run found and worked around.
    """

    total: int
    running: tuple[str, ...] = ()
    kept: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    stale: Counter[str] = field(default_factory=Counter)
    without_helpers: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[str]:
        """The statuses of all results of this suite's trials, kept and new."""
        return self.kept + self.new

    @property
    def done(self) -> int:
        """The number of trials that have a result."""
        return self.statuses.total()

    def add_notices(self, notices: Iterable[str]) -> None:
        """Add those that are not there yet."""
        self.notices += [notice for notice in notices if notice not in self.notices]

    def tells(self, beginning: str) -> bool:
        """Whether a notice begins with these words."""
        return any(notice.startswith(beginning) for notice in self.notices)

    @property
    def failed(self) -> int:
        """The number of trials that failed, in this run or before."""
        return sum(self.statuses[status] for status in FAILURES)

    @property
    def idle(self) -> bool:
        """Whether every trial with a result was skipped or refused, so that nothing has figures."""
        return self.done == sum(self.statuses[status] for status in IDLE)


def outcome(trial: Trial, status: str) -> str:
    """The status under which a trial counts; exceeding a measured memory limit is a result."""
    measures_memory = isinstance(trial, CostTrial) and trial.measurement == "peak-memory"
    if measures_memory and status == "out-of-memory":
        return OVER_LIMIT
    return status


Watch = Callable[[Progress, Result | None], None]
"""Called with the progress, and the result that came; None if only trials were started."""
