"""Puts rows into series, and each series into the order of its times."""

from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.groups import Grouping
from rnnbench.datafile.kinds import agreeing, notice
from rnnbench.datafile.records import Notice
from rnnbench.datafile.steps import HOUR, clock_changes, find_steps, usual_step
from rnnbench.datafile.table import Array, Table
from rnnbench.datafile.times import moment
from rnnbench.text import counted, rounded


@dataclass(frozen=True)
class Arranged:
    """Rows in the order in which models read them, series behind each other.

    rows:   (R,) the rows of the table.
    series: (R,) the number of the series of each, from 0 on.
    breaks: (R,) whether a gap is before the row.
    names:  a name for each series.
    step:   the usual step, in words; None without one.
    ends:   the first and the last time, as text; None without times.
    times:  (R,) the time of each, which goes on where local clocks were changed.
    """

    rows: Array
    series: Array
    breaks: Array
    names: tuple[str, ...]
    step: str | None
    ends: tuple[str, str] | None
    notices: tuple[Notice, ...]
    times: Array | None = None

    @property
    def is_irregular(self) -> bool:
        """Whether there are times, and no usual step between them."""
        return self.times is not None and self.step is None and len(self.rows) > 1

    @property
    def elapsed(self) -> Array:
        """The time since the row before, (R,); NaN in the first row of a series."""
        assert self.times is not None
        return np.where(_inner(self.series), _steps(self.times), np.nan)


@dataclass(frozen=True)
class Clock:
    """Times of all rows of a table.

    times:    (N,) NaN where there is none.
    column:   the column they are from.
    calendar: whether they are seconds since 1970, and not numbers of another kind.
    """

    times: Array
    column: str
    calendar: bool

    def words(self, time: float) -> str:
        """A time as text."""
        return moment(time) if self.calendar else rounded(time, 10)


def arrange(table: Table, grouping: Grouping, clock: Clock | None) -> Arranged:
    """Sort rows by series, then by time; say what was not in this order."""
    kept = np.flatnonzero(grouping.ids >= 0)
    rows = kept[np.argsort(grouping.ids[kept], kind="stable")]
    if clock is None:
        none = np.zeros(len(rows), dtype=bool)
        return Arranged(rows, grouping.ids[rows], none, grouping.names, None, None, ())
    notices: list[Notice] = []
    rows = rows[np.isfinite(clock.times[rows])]
    rows = _oldest_first(table, grouping.ids, clock, rows, notices)
    times = _over_clock_changes(table, grouping.ids, clock, rows, notices)
    order = np.lexsort((times, grouping.ids[rows]))
    moved = np.flatnonzero(order != np.arange(len(rows)))
    if len(moved):
        late = rows[np.flatnonzero(_inner(grouping.ids[rows]) & (_steps(times) < 0))]
        sentence = (
            f"Column '{clock.column}' goes back in time {counted(len(late), 'time')}, in"
            f" {table.at(late)}."
        )
        notices.append(notice("unsorted", sentence, column=clock.column, lines=table.lines[late]))
    rows = rows[order]
    times = times[order]
    rows, times = _without_doubles(table, grouping.ids, clock, rows, times, notices)
    series = grouping.ids[rows]
    steps = find_steps(times, ~_inner(series), calendar=clock.calendar)
    _tell_uneven(table, clock, rows, steps.uneven, steps.words, times, notices)
    ends = (clock.words(times.min()), clock.words(times.max())) if len(times) else None
    return Arranged(
        rows, series, steps.gaps, grouping.names, steps.words, ends, tuple(notices), times
    )


def _steps(times: Array) -> Array:
    return np.diff(times, prepend=times[:1])


def _inner(series: Array) -> Array:
    """Whether the row before a row is of the same series, (R,)."""
    same: Array = np.diff(series, prepend=-1) == 0
    return same


def _oldest_first(
    table: Table, ids: Array, clock: Clock, rows: Array, notices: list[Notice]
) -> Array:
    """The rows, turned round in each series where the newest one is first."""
    steps = _steps(clock.times[rows])[_inner(ids[rows])]
    if (steps < 0).sum() <= (steps > 0).sum():
        return rows
    first = clock.words(clock.times[rows[0]])
    sentence = (
        f"The newest row is first: column '{clock.column}' has {first} in"
        f" {table.at(rows[:1])}, and earlier times below it."
    )
    notices.append(
        notice("newest-first", sentence, column=clock.column, lines=table.lines[rows[:1]])
    )
    turned = rows[::-1]
    sorted_rows: Array = turned[np.argsort(ids[turned], kind="stable")]
    return sorted_rows


def _over_clock_changes(
    table: Table, ids: Array, clock: Clock, rows: Array, notices: list[Notice]
) -> Array:
    """Times, (R,), that go on where local clocks were changed."""
    times = clock.times[rows]
    if not clock.calendar or not 0 < usual_step(times) <= HOUR:
        return times
    changed: list[int] = []
    pieces = []
    for part in np.split(np.arange(len(rows)), np.flatnonzero(~_inner(ids[rows]))[1:]):
        shift = clock_changes(times[part], usual_step(times[part]))
        changed += rows[part[np.flatnonzero(np.diff(shift, prepend=0.0))]].tolist()
        pieces.append(times[part] + shift)
    if not changed:
        return times
    rows_changed = np.array(changed)
    sentence = (
        f"Times of column '{clock.column}' are of a clock with daylight saving: it changes"
        f" {counted(len(changed), 'time')}, in {table.at(rows_changed)}."
    )
    lines = table.lines[rows_changed]
    notices.append(notice("daylight-saving", sentence, column=clock.column, lines=lines))
    return np.concatenate(pieces)


def _without_doubles(
    table: Table, ids: Array, clock: Clock, rows: Array, times: Array, notices: list[Notice]
) -> tuple[Array, Array]:
    """Rows and times, of which each series has one at a time."""
    doubled = _inner(ids[rows]) & (_steps(times) == 0)
    if not doubled.any():
        return rows, times
    second = rows[doubled]
    sentence = (
        f"{agreeing(len(second), 'row', 'repeats', 'repeat')} a time of column '{clock.column}'"
        f" within a series: {clock.words(times[doubled][0])} again in {table.at(second)}."
    )
    lines = table.lines[second]
    notices.append(notice("doubled-times", sentence, column=clock.column, lines=lines))
    return rows[~doubled], times[~doubled]


def _tell_uneven(
    table: Table,
    clock: Clock,
    rows: Array,
    uneven: Array,
    step: str | None,
    times: Array,
    notices: list[Notice],
) -> None:
    if step is None and len(rows) > 1:
        sentence = f"Times of column '{clock.column}' have no usual step."
        notices.append(notice("irregular-times", sentence, column=clock.column))
    if uneven.any():
        at = rows[uneven]
        steps = agreeing(len(at), "step", "that differs", "that differ")
        sentence = (
            f"Column '{clock.column}' has {steps} from the usual one ({step}): the first to"
            f" {clock.words(times[uneven][0])}, in {table.at(at)}."
        )
        notices.append(
            notice("irregular-times", sentence, column=clock.column, lines=table.lines[at])
        )
