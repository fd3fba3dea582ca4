"""Runs the suite of a tryout until it is complete, its time is up, or the user ends it."""

from collections.abc import Callable
from time import monotonic
from typing import Literal, NamedTuple

from rnnbench.campaign import Progress, Watch
from rnnbench.driver import Prepared
from rnnbench.records import Result

Ending = Literal["complete", "out of time", "interrupted"]


class RunEnd(NamedTuple):
    """How a run ended, and its progress then; None where it had not begun."""

    ending: Ending
    progress: Progress | None


class _TimeIsUp(Exception):
    """The minutes of a tryout have passed."""


def run_until(
    prepared: Prepared,
    deadline: float,
    watch: Watch,
    clock: Callable[[], float] = monotonic,
) -> RunEnd:
    """Run what the suite lacks, and return how that ended; what finished is stored.

    deadline: the time of the clock at which trainings are ended.
    """

    last: list[Progress] = []

    def watched(progress: Progress, result: Result | None) -> None:
        last[:] = [progress]
        watch(progress, result)
        if clock() >= deadline:
            raise _TimeIsUp

    ending: Ending = "complete"
    try:
        prepared.run(watched)
    except _TimeIsUp:
        ending = "out of time"
    except KeyboardInterrupt:
        ending = "interrupted"
    return RunEnd(ending, last[0] if last else None)
