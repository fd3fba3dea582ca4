"""Which windows of a forecast can be used, and notices on those that cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.arrange import Arranged
from rnnbench.datafile.cells import Values
from rnnbench.datafile.inputs import ReadColumns
from rnnbench.datafile.kinds import notice, unusable
from rnnbench.datafile.records import Choices, Fill, Notice, window_of
from rnnbench.datafile.table import Array, Table
from rnnbench.datafile.windows import (
    PARTS,
    Rows,
    Windows,
    count_by_part,
    find_windows,
    rows_needed,
    still_missing,
    without_filled_answers,
)
from rnnbench.text import counted, listed

MOST_SHOWN = 3
MOST_NUMBERS = 100_000_000
"""Numbers in all windows together, in 400 MB; of more windows, evenly spaced ones are used."""
DROP: Fill = "drop"
"""What becomes of missing values in a forecast unless something else is asked for."""
FILLED = {
    "drop": "Nothing is filled in; `--fill forward` or `--fill linear` does.",
    "forward": "Each is filled in by the value before it.",
    "linear": "Each is filled in between the values around it, within a part of the split.",
}


@dataclass(frozen=True)
class Used:
    """Windows that are used, and what was left out.

    last:   (W,) the last row of each, which is its last answer.
    usable: (S, 3) how many, by series and part.
    series: (S,) whether a series is used.
    """

    last: Array
    usable: Array
    series: Array
    left_out: int
    notices: tuple[Notice, ...]


def use_windows(
    table: Table,
    columns: Mapping[str, Values],
    read: ReadColumns,
    arranged: Arranged,
    rows: Rows,
    choices: Choices,
) -> Used:
    """Find the windows over these columns.

    Raises RnnbenchError where no series has a window in each part.
    """
    fill = choices.fill or DROP
    missing = np.zeros(len(arranged.rows), dtype=bool)
    ever_missing = missing.copy()
    target_missing = missing.copy()
    for name in read.names:
        absent = columns[name].missing[arranged.rows]
        if name in read.targets:
            target_missing |= absent
        ever_missing |= absent
        missing |= still_missing(absent, rows, fill)
    window = window_of(choices)
    found = find_windows(rows, arranged.breaks, missing, window, choices.horizon)
    open_ends = ever_missing if fill == "linear" else np.zeros_like(missing)
    found = without_filled_answers(found, target_missing, open_ends, choices.horizon)
    counts = count_by_part(rows, found.last, len(arranged.names))
    used: Array = np.all(counts > 0, axis=1)
    if not used.any():
        raise unusable(table.file, _too_few(found, counts, rows, choices))
    last = found.last[used[rows.series[found.last]]]
    every = -(-len(last) * window * len(read.names) // MOST_NUMBERS)
    notices = [
        *_sampled_notice(len(last), every),
        *_missing_notices(table, columns, read.names, found, choices),
        *_gap_notice(table, arranged, found),
        *_short_notice(arranged, used, rows),
    ]
    left_out = found.over_gaps + found.with_missing
    last = last[:: max(1, every)]
    counts = count_by_part(rows, last, len(arranged.names))
    return Used(last, counts, used, left_out, tuple(notices))


def _too_few(found: Windows, counts: Array, rows: Rows, choices: Choices) -> str:
    longest = int(rows.place.max()) + 1
    window = window_of(choices)
    asked = f"a window of {window} rows and a horizon of {choices.horizon}"
    needed = rows_needed(window, choices.horizon)
    if longest < needed:
        return (
            f"{counted(longest, 'row')} of a series are too few for {asked}, which need {needed} to"
            " have a window in each part of the split"
        )
    lost = found.over_gaps + found.with_missing
    empty = [part for part, count in zip(PARTS, counts.sum(axis=0), strict=True) if not count]
    lacking = listed(empty or ["each part of one series"])
    fill = "`--fill` fills missing values, and " if found.with_missing else ""
    return (
        f"no window is left for {lacking}: {found.over_gaps:,} of"
        f" {lost + int(counts.sum()):,} windows are over a gap, and"
        f" {found.with_missing:,} have a missing value, with {asked}; {fill}a smaller `--window`"
        " leaves more windows"
    )


def _missing_notices(
    table: Table,
    columns: Mapping[str, Values],
    read: Sequence[str],
    found: Windows,
    choices: Choices,
) -> list[Notice]:
    notices = []
    for name in read:
        absent = np.flatnonzero(columns[name].missing)
        if not len(absent):
            continue
        sentence = (
            f"Column '{name}' lacks {counted(len(absent), 'value')} of"
            f" {len(columns[name].missing):,}, in {table.at(absent)}."
        )
        action = FILLED[choices.fill or DROP]
        if found.with_missing:
            windows = counted(found.with_missing, "window")
            why = "with what is still missing"
            if choices.fill in ("forward", "linear"):
                why = f"{why}, or that would answer or end with a value that was filled in,"
            action = f"{action} The {windows} {why} are left out."
        lines = table.lines[absent]
        notices.append(notice("missing", sentence, column=name, lines=lines, action=action))
    return notices


def _sampled_notice(windows: int, every: int) -> list[Notice]:
    if every <= 1:
        return []
    sentence = (
        f"The {windows:,} windows have more than {MOST_NUMBERS:,} numbers together: one of {every}"
        " is used."
    )
    return [notice("sampled", sentence, count=windows)]


def _gap_notice(table: Table, arranged: Arranged, found: Windows) -> list[Notice]:
    behind = arranged.rows[arranged.breaks]
    if not len(behind):
        return []
    sentence = (
        f"{counted(len(behind), 'gap')} in times that are usually {arranged.step}: before"
        f" {table.at(behind)}."
    )
    action = f"The {counted(found.over_gaps, 'window')} over a gap are left out."
    return [notice("gaps", sentence, lines=table.lines[behind], action=action)]


def _short_notice(arranged: Arranged, used: Array, rows: Rows) -> list[Notice]:
    there = np.unique(rows.series)
    short = [arranged.names[one] for one in there if not used[one]]
    if not short:
        return []
    names = listed([f"'{name}'" for name in short], MOST_SHOWN)
    sentence = (
        f"{len(short)} of {len(there)} series have no window in some part of the split: {names}."
    )
    return [notice("short-series", sentence, count=len(short))]
