"""The time of a step from its replicates, with ratios that hold for all rows of a table at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Sized
from math import exp
from typing import NamedTuple, TypeVar

import numpy as np

from rnnbench.findings.cost.records import StepKind, StepTime
from rnnbench.findings.cost.side_by_side import Column, Steps, medians_of, shared_logs
from rnnbench.findings.stats.estimates import (
    ALONE,
    INTERVAL_REPLICATES,
    Family,
    half_width,
    ratio,
    ratio_over_sessions,
    spread,
)
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import CellUse, CostTrial, TimeRow, trial_id

OUTLYING = 1.5
"""A step that takes over this many times the median of its replicate is an outlier."""
Replicates = TypeVar("Replicates", bound=Sized)
Logs = Mapping[str, Sequence[float]]
"""Log-ratios of replicates by session."""
KINDS: dict[str, StepKind] = {
    "train-step-time": "train",
    "inference-time": "inference",
    "streaming-time": "streaming",
}


class TimedRow(NamedTuple):
    """A row of times with the trial that it comes from."""

    trial: CostTrial
    cell: CellUse
    row: TimeRow

    @property
    def seconds(self) -> Column:
        """The seconds of each step: CPU time on one thread, and wall time on several.

        Thread CPU time covers a single thread only.
        """
        if self.trial.threads == 1:
            return np.asarray(self.row.cpu_seconds)
        return np.asarray(self.row.wall_seconds)


def step_times(times: Mapping[str, Sequence[TimedRow]], reference: str) -> dict[str, StepTime]:
    """Return the time of one kind of step for each row, with its ratios to both references.

    reference: the row of the table that is the reference; "" where that is the reference cell.
    """
    rows = Family(len(times), "rows")
    other_rows = Family(max(1, len(times) - 1), "rows")
    of_reference = by_process(times[reference]) if reference else {}
    table = {}
    for row, replicates in times.items():
        over: Logs | None = None
        if reference and row != reference:
            over = shared_logs(by_process(replicates), of_reference)
        elif reference:
            over = {}
        table[row] = _step_time(replicates, rows, over, other_rows)
    return table


def _step_time(
    replicates: Sequence[TimedRow], rows: Family, over: Logs | None, other_rows: Family
) -> StepTime:
    """Return the time of a step of one row.

    over: log-ratios to the reference row by session; None where the reference cell is the
          reference.
    """
    to_reference_cell: dict[str, list[float]] = defaultdict(list)
    for replicate in replicates:
        to_reference_cell[replicate.trial.session].append(replicate.row.log_ratio_to_reference_cell)
    counted = sum(map(len, sessions_that_count(to_reference_cell).values()))
    medians = step_seconds(replicates)
    walls = [np.asarray(replicate.row.wall_seconds) for replicate in replicates]
    return StepTime(
        seconds=spread(medians),
        ratio=over_sessions(to_reference_cell, rows),
        over=over_sessions(over, other_rows) if over else None,
        sessions=(
            by_session(to_reference_cell, rows) if over is None else by_session(over, other_rows)
        ),
        precision=_precision(to_reference_cell),
        replicates=medians,
        ratios=tuple(exp(replicate.row.log_ratio_to_reference_cell) for replicate in replicates),
        cut_short=len(replicates) - counted,
        steps=sum(len(replicate.seconds) for replicate in replicates),
        outlying_steps=_outlying(walls),
        p50=spread(_quantiles(walls, 0.5)),
        p99=spread(_quantiles(walls, 0.99)),
    )


def _outlying(walls: Sequence[Column]) -> int:
    """Return how many steps take far longer than the median of their replicate."""
    medians = medians_of(walls)
    return sum(
        int(np.sum(wall > OUTLYING * median)) for wall, median in zip(walls, medians, strict=True)
    )


def _quantiles(walls: Sequence[Column], share: float) -> list[float]:
    """Return a quantile of each replicate."""
    if len(set(map(len, walls))) == 1:
        at_once: list[float] = np.quantile(np.stack(walls), share, axis=1).tolist()
        return at_once
    return [float(np.quantile(wall, share)) for wall in walls]


def step_seconds(replicates: Sequence[TimedRow]) -> tuple[float, ...]:
    """Return the median seconds of a step in each replicate."""
    return tuple(medians_of([replicate.seconds for replicate in replicates]))


def by_process(replicates: Sequence[TimedRow]) -> dict[str, Steps]:
    """Return the steps in each replicate, by the id of its trial, which is a process."""
    return {
        trial_id(replicate.trial): Steps(replicate.trial.session, np.log(replicate.seconds))
        for replicate in replicates
    }


def over_sessions(logs: Logs, family: Family = ALONE) -> Range:
    """Return a ratio from log-ratios by session, over the sessions that count."""
    return ratio_over_sessions(list(sessions_that_count(logs).values()), family)


def by_session(logs: Logs, family: Family) -> dict[str, Range]:
    """Return the ratio on each session that counts; empty where there is a single one."""
    counted = sessions_that_count(logs)
    if len(counted) < 2:
        return {}
    return {session: ratio(found, family) for session, found in sorted(counted.items())}


def has_interval(over: Range, sessions: Mapping[str, Range]) -> bool:
    """Whether a ratio, and its ratio on each of several sessions, have an interval."""
    return all(found.kind != "range" for found in (over, *sessions.values()))


def sessions_that_count(logs: Mapping[str, Replicates]) -> dict[str, Replicates]:
    """Return the sessions with enough replicates for an interval; all where none has enough.

    Beside complete sessions, one that was cut short does not show how sessions differ.
    """
    enough = {
        session: replicates
        for session, replicates in logs.items()
        if len(replicates) >= INTERVAL_REPLICATES
    }
    return enough or dict(logs)


def same_kind(ours: Sequence[TimedRow], theirs: Sequence[TimedRow]) -> bool:
    """Whether two rows are versions of one cell, by one implementation on one kernel."""
    return _kind(ours[0]) == _kind(theirs[0])


def _kind(replicate: TimedRow) -> tuple[str, str, str]:
    return replicate.cell.name, replicate.cell.implementation, replicate.row.kernel


def _precision(logs: Logs) -> float | None:
    """Return the widest half width over sessions; None where no session has an interval."""
    widths = [
        half_width(replicates)
        for replicates in logs.values()
        if len(replicates) >= INTERVAL_REPLICATES
    ]
    return max(widths, default=None)
