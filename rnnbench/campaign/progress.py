"""How far a run is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rnnbench.records import CostTrial, Result, Trial

FAILURES = ("error", "killed", "timeout", "out-of-memory")
IDLE = ("skipped", "refused")
OVER_LIMIT = "over its memory limit"


@dataclass
class Progress:
    """How far a run is.

    kept:            statuses of results that were there before; `new` of those that came in this
                     run.
    stale:           what changed since results that were kept, and how many of them: names of cells
                     and tasks, or "torch".
    without_helpers: cells and tasks whose helper modules were not recorded with results that were
                     kept, and how many.
    reasons:         why trials have no figures for want of something, and how many.
    absent:          cells that have no row beside others that have, where and why, and in how many
                     replicates.
    notices:         sentences on what was found amiss and mended.
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
        """Of all results of this suite's trials, old and new."""
        return self.kept + self.new

    @property
    def done(self) -> int:
        """Trials that have a result."""
        return self.statuses.total()

    def tells(self, beginning: str) -> bool:
        """Whether a notice begins so."""
        return any(notice.startswith(beginning) for notice in self.notices)

    @property
    def failed(self) -> int:
        """Trials that ended as no suite expects, in this run or before."""
        return sum(self.statuses[status] for status in FAILURES)

    @property
    def idle(self) -> bool:
        """Whether nothing has figures: every trial was skipped or refused."""
        return self.done == sum(self.statuses[status] for status in IDLE)


def outcome(trial: Trial, status: str) -> str:
    """What the end of a trial counts as: where memory is what is measured, running out of it is a
    result."""
    if (
        isinstance(trial, CostTrial)
        and trial.measurement == "peak-memory"
        and status == "out-of-memory"
    ):
        return OVER_LIMIT
    return status


Watch = Callable[[Progress, Result | None], None]
"""Called with the state of the run when a result came (with it) or when trials were started (with
None)."""
