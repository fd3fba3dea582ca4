"""Notices on a column of times, and on rows that have no time or no group."""

from collections.abc import Mapping

import numpy as np

from rnnbench.datafile.arrange import Clock
from rnnbench.datafile.cells import Values
from rnnbench.datafile.groups import Grouping
from rnnbench.datafile.kinds import notice
from rnnbench.datafile.records import Notice
from rnnbench.datafile.table import Array, Table
from rnnbench.text import counted, listed

MOST_SHOWN = 3


def clock_notices(table: Table, columns: Mapping[str, Values], clock: Clock | None) -> list[Notice]:
    """Notices on times that are missing, are none, or are in several formats."""
    if clock is None:
        return []
    name = clock.column
    without = ~np.isfinite(clock.times)
    if name not in columns:
        return _missing(table, name, np.flatnonzero(without))
    values = columns[name]
    cells = table.cells[name]
    absent = cells.isna().to_numpy()
    notices = _missing(table, name, np.flatnonzero(without & absent))
    odd = np.flatnonzero(without & ~absent)
    if len(odd):
        shown = listed([f"'{cells.iloc[row]}'" for row in odd[:MOST_SHOWN]])
        sentence = (
            f"Column '{name}' has {counted(len(odd), 'row')} without a time that can be read:"
            f" {shown} in {table.at(odd)}."
        )
        notices.append(notice("odd-times", sentence, column=name, lines=table.lines[odd]))
    times = values.times
    if times is not None and len(times.others):
        first = cells.iloc[times.others[0]]
        sentence = (
            f"Column '{name}' has times in several formats: most are {times.format}, and"
            f" {counted(len(times.others), 'row')} another, such as '{first}' in"
            f" {table.at(times.others)}."
        )
        notices.append(
            notice("mixed-times", sentence, column=name, lines=table.lines[times.others])
        )
    if times is not None and times.either:
        taken, other = times.either
        sentence = f"Dates of column '{name}' can be read as {taken} and as {other}."
        action = f"They are read as {taken}; by the other reading, steps are not more even."
        notices.append(notice("ambiguous-dates", sentence, column=name, action=action))
    return notices


def key_notice(table: Table, grouping: Grouping, group: str | None) -> list[Notice]:
    """A notice on rows without a group; none where each has one."""
    return _missing(table, group or "", np.flatnonzero(grouping.ids < 0)) if group else []


def _missing(table: Table, name: str, rows: Array) -> list[Notice]:
    if not len(rows):
        return []
    sentence = f"Column '{name}' is empty in {counted(len(rows), 'row')}: {table.at(rows)}."
    return [notice("missing-key", sentence, column=name, lines=table.lines[rows])]
