"""Series of a new file as windows, each of which asks for the rows behind it."""

from functools import partial

import numpy as np

from rnnbench.datafile.arrange import Arranged, Clock, arrange
from rnnbench.datafile.asked import Asked, Questions
from rnnbench.datafile.groups import Grouping, by_column, by_rising_times, one_group
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.new_columns import clock_of, extra_columns, numbers_of, order_columns
from rnnbench.datafile.preparation import Preparation, inputs_of, references_of
from rnnbench.datafile.resampling import Resampled, resample
from rnnbench.datafile.table import Array, Table
from rnnbench.datafile.windows import Rows, filled
from rnnbench.text import counted


def new_series(table: Table, preparation: Preparation, extra: tuple[str, ...]) -> Asked:
    """Every window of each series, the last one included, whose answers nobody knows yet.

    Raises RnnbenchError where no window is left.
    """
    clock = clock_of(table, preparation)
    grouping = _grouping(table, preparation, clock)
    arranged = arrange(table, grouping, clock)
    values = numbers_of(table, preparation.columns)[arranged.rows]
    keys = _keys(table, preparation, arranged)
    if preparation.resample is not None:
        even = resample(table, clock, arranged, preparation.resample)
        values = np.column_stack([even.means(one) for one in values.T])
        arranged = even.arranged
        keys = _keys_of_steps(table, preparation, even, clock)
    rows = _rows(arranged.series)
    values = np.column_stack([filled(one, rows, preparation.fill) for one in values.T])
    absent = _absent(values, preparation)
    last, left_out = _last_rows(rows, arranged.breaks, absent, preparation.window)
    if not len(last):
        raise unusable(
            table.file,
            f"no {counted(preparation.window, 'row')} of a series are without a gap and without a"
            " missing value, and the model reads as many at once",
        )
    elapsed = arranged.elapsed if preparation.reads_elapsed else None
    notices = extra_columns(extra)
    notices += [f"{notice.sentence} {notice.action}" for notice in arranged.notices]
    if left_out:
        notices.append(
            f"{counted(left_out, 'window')} with a gap or a value that cannot be read are left out."
        )
    return Asked(
        keys={name: [of[row] for row in last] for name, of in keys.items()},
        read=partial(_questions, preparation, values, elapsed, last),
        notices=tuple(notices),
    )


def _grouping(table: Table, preparation: Preparation, clock: Clock | None) -> Grouping:
    times = clock.times if clock else None
    if preparation.group is not None:
        return by_column(table, preparation.group, table.text(preparation.group), times)
    stacked = by_rising_times(table, times) if times is not None else None
    return stacked or one_group(len(table))


def _rows(series: Array) -> Rows:
    """All rows in one part, each with its place in its series."""
    starts = np.flatnonzero(np.diff(series, prepend=-1) != 0)
    lengths = np.diff(np.append(starts, len(series)))
    place = np.arange(len(series)) - np.repeat(starts, lengths)
    return Rows(series, place, np.zeros(len(series), dtype=int))


def _absent(values: Array, preparation: Preparation) -> Array:
    """Whether a row lacks a value, or has one of which there is no logarithm, (R,)."""
    absent: Array = np.isnan(values)
    for channel in preparation.channels:
        if channel.logarithm and channel.form != "elapsed":
            place = preparation.columns.index(channel.column)
            absent[:, place] |= values[:, place] <= 0
    return np.asarray(absent.any(axis=1))


def _last_rows(rows: Rows, breaks: Array, absent: Array, window: int) -> tuple[Array, int]:
    """The last row of each window that can be read, and how many cannot."""
    last = np.flatnonzero(rows.place >= window - 1)
    first = last - window + 1
    gaps = np.cumsum(breaks)
    lacking = np.cumsum(absent)
    broken = gaps[last] > gaps[first]
    broken |= lacking[last] - lacking[first] + absent[first] > 0
    return last[~broken], int(broken.sum())


def _keys(table: Table, preparation: Preparation, arranged: Arranged) -> dict[str, list[str]]:
    """The line, the series and the time of each row."""
    rows = arranged.rows
    keys = {table.place: [str(line) for line in table.lines[rows]]}
    if preparation.group is not None:
        keys[preparation.group] = [arranged.names[one] for one in arranged.series]
    for name in order_columns(preparation, table):
        cells = table.text(name)
        keys[name] = [str(cell) for cell in cells.iloc[rows]]
    return keys


def _keys_of_steps(
    table: Table, preparation: Preparation, even: Resampled, clock: Clock | None
) -> dict[str, list[str]]:
    """The line of the first row, the series and the begin of each even step."""
    assert clock is not None
    assert even.arranged.times is not None
    keys = {table.place: [str(line) for line in even.lines]}
    if preparation.group is not None:
        keys[preparation.group] = [even.arranged.names[one] for one in even.arranged.series]
    keys[clock.column] = [clock.words(float(time)) for time in even.arranged.times]
    return keys


def _questions(
    preparation: Preparation,
    values: Array,
    elapsed: Array | None,
    last: Array,
    begin: int,
    end: int,
) -> Questions:
    rows = last[begin:end, None] - np.arange(preparation.window)[::-1]
    windows = values[rows]
    before = None if elapsed is None else elapsed[rows]
    places = [preparation.columns.index(answer.column) for answer in preparation.answers]
    return Questions(
        inputs=inputs_of(preparation, windows, before),
        references=references_of(preparation.answers, windows[:, :, places]),
    )
