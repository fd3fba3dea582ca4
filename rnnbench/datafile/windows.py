"""Windows over arranged rows: which can be used, and in which part of the split they answer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnbench.datafile.records import Fill
from rnnbench.datafile.table import Array

TRAIN_SHARE = 0.7
KNOWN_SHARE = 0.85
"""The share of rows in training and validation data together."""
PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class Rows:
    """Rows of series in their order.

    series: (R,) the number of the series of each.
    place:  (R,) how many rows of its series are before it.
    part:   (R,) 0 for training, 1 for validation, 2 for test data.
    """

    series: Array
    place: Array
    part: Array


@dataclass(frozen=True)
class Windows:
    """Windows of which all answers are in one part; their inputs may be in the part before.

    last:        (W,) the last row, which is the last answer, of each window that can be used.
    over_gaps:   how many were left out for a gap.
    with_missing: how many more were left out for a missing value.
    """

    last: Array
    over_gaps: int
    with_missing: int


def split_by_time(series: Array) -> Rows:
    """The first 70 % of the rows of each series are training, the last 15 % test data."""
    starts = np.flatnonzero(np.diff(series, prepend=-1) != 0)
    lengths = np.diff(np.append(starts, len(series)))
    place = np.arange(len(series)) - np.repeat(starts, lengths)
    length = np.repeat(lengths, lengths)
    part = (place >= (TRAIN_SHARE * length).astype(int)).astype(int)
    part += place >= (KNOWN_SHARE * length).astype(int)
    return Rows(series, place, part)


def still_missing(missing: Array, rows: Rows, fill: Fill) -> Array:
    """What is still missing, (R,), once values are filled.

    Forward: by the value before it in the series. Linear: between two values of the same part, so
    that no value of test data gets into training data.
    """
    if fill == "drop" or not missing.any():
        return missing
    known = pd.Series(~missing)
    if fill == "forward":
        seen: Array = known.groupby(rows.series).cummax().to_numpy()
        return missing & ~seen
    part = rows.series * len(PARTS) + rows.part
    before: Array = known.groupby(part).cummax().to_numpy()
    after: Array = known[::-1].groupby(part[::-1]).cummax()[::-1].to_numpy()
    return missing & ~(before & after)


def filled(values: Array, rows: Rows, fill: Fill) -> Array:
    """Values, (R,), filled as `still_missing` has it; NaN where a value is still missing."""
    missing = np.isnan(values)
    if fill == "drop" or not missing.any():
        return values
    if fill == "forward":
        forward: Array = pd.Series(values).groupby(rows.series).ffill().to_numpy()
        return forward
    part = rows.series * len(PARTS) + rows.part
    between = (
        pd.Series(values).groupby(part).transform(lambda one: one.interpolate(limit_area="inside"))
    )
    linear: Array = between.to_numpy()
    return linear


def find_windows(rows: Rows, breaks: Array, missing: Array, window: int, horizon: int) -> Windows:
    """Find windows of `window` rows and the `horizon` rows behind them, which they answer."""
    span = window + horizon
    last = np.flatnonzero(rows.place >= span - 1)
    last = last[rows.part[last] == rows.part[last - horizon + 1]]
    first = last - span + 1
    gaps = np.cumsum(breaks)
    has_gap = gaps[last] > gaps[first]
    lacking = np.cumsum(missing)
    has_missing = lacking[last] - lacking[first] + missing[first] > 0
    good = last[~has_gap & ~has_missing]
    return Windows(good, int(has_gap.sum()), int((has_missing & ~has_gap).sum()))


def without_filled_answers(
    windows: Windows, target_missing: Array, open_ends: Array, horizon: int
) -> Windows:
    """Windows whose answers are in the file, and whose inputs are not filled in by their answers.

    target_missing: (R,) whether the target was missing before it was filled.
    open_ends:      (R,) whether a value of the row is known by later rows, as in linear filling; it
                    must not be the last row that is read.
    """
    lacking = np.cumsum(target_missing)
    last_read = windows.last - horizon
    bad = (lacking[windows.last] > lacking[last_read]) | open_ends[last_read]
    lost = windows.with_missing + int(bad.sum())
    return Windows(windows.last[~bad], windows.over_gaps, lost)


def count_by_part(rows: Rows, last: Array, series: int) -> Array:
    """The number of windows by series and part, (S, 3)."""
    counts = np.zeros((series, len(PARTS)), dtype=int)
    np.add.at(counts, (rows.series[last], rows.part[last]), 1)
    return counts


def rows_needed(window: int, horizon: int) -> int:
    """The fewest rows of a series without a gap that have a window in each part."""
    rows = window + horizon
    while not _has_each_part(rows, window, horizon):
        rows += 1
    return rows


def _has_each_part(rows: int, window: int, horizon: int) -> bool:
    none = np.zeros(rows, dtype=bool)
    split = split_by_time(np.zeros(rows, dtype=int))
    last = find_windows(split, none, none, window, horizon).last
    return bool(count_by_part(split, last, 1).all())
