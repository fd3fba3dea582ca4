"""From replicates of times to the time of a step, and to ratios that hold for all rows of a table
at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Sized
from typing import NamedTuple, TypeVar

import numpy as np

from rnnbench.findings.cost.records import StepKind, StepTime
from rnnbench.findings.stats.estimates import (
    ALONE,
    INTERVAL_REPLICATES,
    Family,
    half_width,
    ratio,
    ratio_over_days,
    spread,
)
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import CellUse, CostTrial, TimeRow, trial_id

FAR = 1.5
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
    def seconds(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Of each step by the clock that is primary there: thread CPU time sees one thread
        alone."""
        return np.asarray(
            self.row.cpu_seconds if self.trial.threads == 1 else self.row.wall_seconds
        )


def step_times(seen: Mapping[str, Sequence[TimedRow]], reference: str) -> dict[str, StepTime]:
    """The time of one kind of step for each row, with its ratios to the reference cell and to the
    reference, which is a row or "" for the reference cell."""
    rows = Family(len(seen), "rows")
    others = Family(max(1, len(seen) - 1), "rows")
    theirs = by_process(seen[reference]) if reference else {}
    found = {}
    for row, replicates in seen.items():
        over: Logs | None = None
        if reference:
            over = {} if row == reference else shared_logs(by_process(replicates), theirs)
        found[row] = _step_time(replicates, rows, over, others)
    return found


def _step_time(
    seen: Sequence[TimedRow], rows: Family, over: Logs | None, others: Family
) -> StepTime:
    """What the replicates of one row say. `over` has log-ratios to the reference; None where that
    is the reference cell."""
    to_reference_cell: dict[str, list[float]] = defaultdict(list)
    for replicate in seen:
        to_reference_cell[replicate.trial.session].append(replicate.row.log_ratio_to_reference_cell)
    medians = step_seconds(seen)
    walls = [np.asarray(replicate.row.wall_seconds) for replicate in seen]
    return StepTime(
        seconds=spread(medians),
        ratio=over_sessions(to_reference_cell, rows),
        over=over_sessions(over, others) if over else None,
        sessions=by_day(to_reference_cell, rows) if over is None else by_day(over, others),
        precision=_precision(to_reference_cell),
        replicates=medians,
        cut_short=len(seen) - sum(map(len, that_count(to_reference_cell).values())),
        steps=sum(len(replicate.seconds) for replicate in seen),
        far=sum(int(np.sum(wall > FAR * np.median(wall))) for wall in walls),
        p50=spread([float(np.quantile(wall, 0.5)) for wall in walls]),
        p99=spread([float(np.quantile(wall, 0.99)) for wall in walls]),
    )


def step_seconds(seen: Sequence[TimedRow]) -> tuple[float, ...]:
    """Median seconds of a step in each replicate."""
    return tuple(float(np.median(replicate.seconds)) for replicate in seen)


class Steps(NamedTuple):
    """The steps of a row in one replicate: the session of it, and the logarithm of the seconds of
    each step."""

    session: str
    log_seconds: np.ndarray[tuple[int], np.dtype[np.float64]]


def by_process(seen: Sequence[TimedRow]) -> dict[str, Steps]:
    """The steps of a row in each replicate, by the id of its trial, which is a process."""
    return {trial_id(each.trial): Steps(each.trial.session, np.log(each.seconds)) for each in seen}


def shared_logs(ours: Mapping[str, Steps], theirs: Mapping[str, Steps]) -> dict[str, list[float]]:
    """Log-ratios of two rows by session, of the replicates in which both were measured side by
    side."""
    logs: dict[str, list[float]] = defaultdict(list)
    for process, steps in ours.items():
        if process in theirs:
            in_turns = steps.log_seconds - theirs[process].log_seconds
            logs[steps.session].append(float(np.median(in_turns)))
    return dict(logs)


def over_sessions(logs: Logs, family: Family = ALONE) -> Range:
    """A ratio from log-ratios by session, of those that count."""
    return ratio_over_days(list(that_count(logs).values()), family)


def by_day(logs: Logs, family: Family) -> dict[str, Range]:
    """The ratio on each session that counts, where there are several."""
    counted = that_count(logs)
    if len(counted) < 2:
        return {}
    return {day: ratio(found, family) for day, found in sorted(counted.items())}


def has_interval(over: Range, days: Mapping[str, Range]) -> bool:
    """Whether a ratio has an interval; over several `days`, whether that of each day has one."""
    return all(found.kind != "range" for found in (over, *days.values()))


def that_count(by_session: Mapping[str, Replicates]) -> dict[str, Replicates]:
    """The sessions that have replicates enough for an interval: beside them, one that was cut short
    tells nothing of how days differ. Where none has, all."""
    enough = {day: logs for day, logs in by_session.items() if len(logs) >= INTERVAL_REPLICATES}
    return enough or dict(by_session)


def same_kind(ours: Sequence[TimedRow], theirs: Sequence[TimedRow]) -> bool:
    """Whether two rows are versions of one cell on one kernel, by one implementation."""
    kinds = [(s.cell.name, s.cell.implementation, s.row.kernel) for s in (ours[0], theirs[0])]
    return kinds[0] == kinds[1]


def _precision(by_session: Logs) -> float | None:
    widths = [half_width(logs) for logs in by_session.values() if len(logs) >= INTERVAL_REPLICATES]
    return max(widths, default=None)
