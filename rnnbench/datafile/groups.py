"""Which rows belong to one series or sequence: ids, and stretches of rows where there are none."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnbench.datafile.kinds import notice
from rnnbench.datafile.records import Notice
from rnnbench.datafile.table import Array, Cells, Table
from rnnbench.text import counted, listed

LEAST_STRETCH = 3
"""The mean number of rows in a stretch from which ids begin again, and are not interleaved."""
STACKED_ROWS = 10
"""The mean number of rows in a stretch of rising times from which series are stacked."""
MOST_SHOWN = 3


@dataclass(frozen=True)
class Grouping:
    """The series of each row.

    ids:     (N,) the number of its series, in the order in which they appear; -1 for none.
    names:   a name for each series.
    notices: on ids that begin again, are interleaved, or are missing.
    """

    ids: Array
    names: tuple[str, ...]
    notices: tuple[Notice, ...]


def one_group(rows: int) -> Grouping:
    """All rows in one series."""
    return Grouping(np.zeros(rows, dtype=np.int64), ("",), ())


def by_column(table: Table, name: str, words: Cells, times: Array | None) -> Grouping:
    """Group rows by the words of a column.

    times: (N,) where there are any; they tell whether ids begin again.
    """
    ids, uniques = pd.factorize(words)
    names = tuple(str(word) for word in uniques)
    begins = _begins(ids)
    if len(begins) <= len(names):
        return Grouping(ids, names, ())
    again = begins[_seen_before(ids[begins])]
    mean_length = len(ids) / len(begins)
    if mean_length >= LEAST_STRETCH and (times is None or _go_back(ids, times, again)):
        stretches = np.cumsum(np.isin(np.arange(len(ids)), begins)) - 1
        sentence = (
            f"Ids of column '{name}' begin again {counted(len(again), 'time')}:"
            f" {_first_ids(names, ids, again)} in {table.at(again)}."
        )
        noticed = notice("ids-begin-again", sentence, column=name, lines=table.lines[again])
        by_stretch = tuple(f"{names[ids[row]]} (line {table.lines[row]})" for row in begins)
        return Grouping(np.where(ids < 0, -1, stretches), by_stretch, (noticed,))
    sentence = (
        f"Rows of one group of column '{name}' are not next to each other: the"
        f" {counted(len(names), 'group')} change {counted(len(begins) - 1, 'time')}, first in"
        f" {table.at(begins[1:2])}."
    )
    noticed = notice("interleaved-groups", sentence, column=name, lines=table.lines[begins[1:2]])
    return Grouping(ids, names, (noticed,))


def by_rising_times(table: Table, times: Array) -> Grouping | None:
    """A series for each stretch of rising times; None where there is one, or none is long.

    A stretch counts where it begins before the middle of the one before it.
    """
    present = np.flatnonzero(np.isfinite(times))
    seconds = times[present]
    differences = np.diff(seconds)
    sign = 1.0 if (differences >= 0).sum() >= len(differences) / 2 else -1.0
    falls = np.flatnonzero(sign * differences < 0) + 1
    if not len(falls) or len(seconds) / (len(falls) + 1) < STACKED_ROWS:
        return None
    begins = np.concatenate([[0], falls])
    ends = np.concatenate([falls, [len(seconds)]]) - 1
    middles = (seconds[begins] + seconds[ends]) / 2
    if not (sign * seconds[falls] < sign * middles[:-1]).all():
        return None
    ids = np.full(len(times), -1)
    ids[present] = np.cumsum(np.isin(np.arange(len(seconds)), falls))
    rows = present[falls]
    sentence = (
        f"Times begin again in {table.at(rows)}, and no column names a series: the file is read as"
        f" {len(begins)} series behind each other."
    )
    noticed = notice("stacked-series", sentence, lines=table.lines[rows])
    names = tuple(f"series from line {table.lines[present[row]]}" for row in begins)
    return Grouping(ids, names, (noticed,))


def _begins(ids: Array) -> Array:
    """The rows at which another id begins; rows without one are passed over."""
    present = np.flatnonzero(ids >= 0)
    begins: Array = present[np.diff(ids[present], prepend=-1) != 0]
    return begins


def _seen_before(ids: Array) -> Array:
    """Whether each id is not the first of its kind, (M,)."""
    first = np.zeros(len(ids), dtype=bool)
    first[np.unique(ids, return_index=True)[1]] = True
    return ~first


def _go_back(ids: Array, times: Array, again: Array) -> bool:
    """Whether times go back where most ids begin again."""
    last: dict[int, float] = {}
    back = 0
    begins = _begins(ids)
    ends = np.append(begins[1:], len(ids)) - 1
    for begin, end in zip(begins, ends, strict=True):
        back += times[begin] <= last.get(int(ids[begin]), -np.inf)
        last[int(ids[begin])] = float(times[end])
    return 2 * back >= len(again)


def _first_ids(names: tuple[str, ...], ids: Array, rows: Array) -> str:
    return listed([f"'{names[ids[row]]}'" for row in rows[:MOST_SHOWN]])
