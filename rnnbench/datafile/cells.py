"""What the columns of a table hold: numbers, times, words or texts."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnbench.datafile.kinds import notice
from rnnbench.datafile.records import ColumnKind, Notice
from rnnbench.datafile.table import Array, Cells, Table
from rnnbench.datafile.times import EPOCH, SECOND, Times, read_times
from rnnbench.text import counted, listed

LOOKED_AT = 1000
"""Cells by which the kind of a column is found."""
NUMBERS_SHARE = 0.5
TIMES_SHARE = 0.8
LARGEST = float(np.finfo(np.float32).max)
TEXT_WORDS = 4
"""The mean number of words from which cells are texts."""
MOST_SHOWN = 3
THOUSANDS = {
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
}


@dataclass(frozen=True)
class Values:
    """A column with its kind.

    numbers: (N,) float64, NaN where a value is missing; of times, seconds since 1970 in UTC.
    words:   (N,) text; of numbers, None.
    times:   how times were read; None for other kinds.
    notices: what is said of it where it is used as what it is.
    """

    name: str
    kind: ColumnKind
    numbers: Array
    words: Cells | None
    times: Times | None
    missing: Array
    notices: tuple[Notice, ...] = ()


def values_of(table: Table, name: str) -> Values:
    """A column of a table with its kind."""
    cells = table.cells[name]
    missing = cells.isna().to_numpy()
    if missing.all():
        return Values(name, "nothing", np.full(len(table), np.nan), None, None, missing)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        moments = pd.to_datetime(cells, utc=True)
        seconds = ((moments - EPOCH) / SECOND).to_numpy(dtype=np.float64)
        times = Times(seconds, "Parquet", np.zeros(0, dtype=int), ())
        return Values(name, "times", seconds, None, times, missing)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return _numbers(table, name, cells.to_numpy(dtype=np.float64), missing, ())
    present = cells[~missing]
    sample = present.iloc[:: max(1, len(present) // LOOKED_AT)]
    if _looks_like_numbers(sample, table.decimal):
        return _numbers_among_words(table, name, cells, missing)
    if sample.str.contains(r"\d").mean() >= TIMES_SHARE:
        times = read_times(cells)
        if np.isfinite(times.seconds[~missing]).mean() >= TIMES_SHARE:
            return Values(name, "times", times.seconds, cells, times, missing)
    is_text = sample.str.split().str.len().mean() >= TEXT_WORDS
    return Values(
        name,
        "texts" if is_text else "words",
        np.full(len(table), np.nan),
        cells,
        None,
        missing,
    )


def _looks_like_numbers(sample: Cells, decimal: str) -> bool:
    are_numbers = _plain(sample, decimal).notna().tolist()
    for place, word in enumerate(sample):
        if not are_numbers[place]:
            are_numbers[place] = bool(THOUSANDS[decimal].fullmatch(word)) or _is_odd(word)
    return bool(np.mean(are_numbers) >= NUMBERS_SHARE)


def _plain(words: Cells, decimal: str) -> pd.Series:
    """Words as numbers; NaN for those that are none, and for those in an odd notation."""
    if decimal == ",":
        words = words.str.replace(",", ".", regex=False)
    return pd.to_numeric(words.astype(object), errors="coerce").astype(np.float64)


def _is_odd(word: str) -> bool:
    """Whether Python reads a number, where most other programs read none."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _numbers_among_words(table: Table, name: str, cells: Cells, missing: Array) -> Values:
    numbers = _plain(cells, table.decimal).to_numpy(copy=True)
    others = np.flatnonzero(np.isnan(numbers) & ~missing)
    thousands = []
    odd = []
    words = []
    for row, cell in zip(others, cells.iloc[others].tolist(), strict=True):
        word = cell.strip()
        if THOUSANDS[table.decimal].fullmatch(word):
            numbers[row] = _without_separators(word, table.decimal)
            thousands.append(row)
        elif _is_odd(word):
            odd.append(row)
        else:
            words.append(row)
    found = (
        ("thousands", thousands, "a separator of thousands"),
        ("odd-numbers", odd, "an odd number"),
        ("words-in-numbers", words, "a word in place of a number"),
    )
    notices = []
    for kind, rows, what in found:
        if rows:
            notices.append(_of_cells(table, name, kind, np.array(rows), what, cells))
    missing = missing | np.isin(np.arange(len(cells)), [*odd, *words])
    return _numbers(table, name, numbers, missing, tuple(notices))


def _without_separators(word: str, decimal: str) -> float:
    separator = "," if decimal == "." else "."
    return float(word.replace(separator, "").replace(decimal, "."))


def _of_cells(table: Table, name: str, kind: str, rows: Array, what: str, cells: Cells) -> Notice:
    shown = listed([f"'{cells.iloc[row].strip()}'" for row in rows[:MOST_SHOWN]])
    sentence = (
        f"Column '{name}' has {what} in {counted(len(rows), 'row')}: {shown} in {table.at(rows)}."
    )
    return notice(kind, sentence, column=name, lines=table.lines[rows])


def _numbers(
    table: Table, name: str, numbers: Array, missing: Array, notices: tuple[Notice, ...]
) -> Values:
    """Numbers of which those that no float of 32 bits holds are missing."""
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(np.abs(numbers) > LARGEST)
    if len(rows):
        sentence = (
            f"Column '{name}' has {counted(len(rows), 'number')} beyond a float of 32 bits:"
            f" {listed([f'{one:g}' for one in numbers[rows[:MOST_SHOWN]]])} in {table.at(rows)}."
        )
        noticed = notice("float-overflow", sentence, column=name, lines=table.lines[rows])
        notices = (*notices, noticed)
        numbers = numbers.copy()
        numbers[rows] = np.nan
    missing = missing | np.isnan(numbers)
    return Values(name, "numbers", numbers, None, None, missing, notices)
