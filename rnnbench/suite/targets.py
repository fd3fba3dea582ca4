"""Refuses what needs a target on a task that has none at its dials."""

from collections.abc import Mapping

from rnnbench.catalogue import Misbehaved, run_guarded
from rnnbench.contracts import Task
from rnnbench.errors import RnnbenchError
from rnnbench.records import Dial

BY_THRESHOLD = ("epochs", "solved", "seconds")
"""Figures of a claim that are counted up to a threshold of the metric: a share of the way to the
target."""


def refuse_without_target(
    task: type[Task], dials: Mapping[str, Dial], where: str, what: str, otherwise: str
) -> None:
    """Raise RnnbenchError where the task has no target at these dials.

    what:      what needs a target, as the subject of the sentence and its verb.
    otherwise: what to write instead.
    """
    if not _has_target(task, dials, where):
        dial = "set its dial `target`, or " if "target" in dials else ""
        raise RnnbenchError(
            f"{where}: {task.name}: {what} a target, and the task has none; {dial}{otherwise}"
        )


def _has_target(task: type[Task], dials: Mapping[str, Dial], where: str) -> bool:
    try:
        return run_guarded(lambda: task(**dials).target_here).value is not None  # type: ignore[arg-type]
    except Misbehaved as misbehaved:
        raise RnnbenchError(f"{where}: {task.name} cannot name its target: {misbehaved}") from (
            misbehaved.error
        )
