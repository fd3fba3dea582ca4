"""Guesses what columns are for, where the user does not say it."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from rnnbench.datafile.arrange import Clock
from rnnbench.datafile.cells import Values
from rnnbench.datafile.groups import by_column
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.table import Array, Table

NAMES = "id|group|symbol|ticker|series|sequence|seq|visit|store|item|sensor|subject|patient"
MORE_NAMES = "station|origin|code|key|case|trip|run|session|user|device|machine|unit"
GROUP_NAME = re.compile(rf"(^|.*[_ ])({NAMES}|{MORE_NAMES})s?([_ ]?(id|no|number))?", re.IGNORECASE)
TIME_NAME = re.compile(
    r"(date|time|timestamp|datetime|time_?stamp|year|ds|t|epoch|unix(_?time)?)", re.IGNORECASE
)
LABEL_NAME = re.compile(r"(label|class|outcome|diagnosis|category|y)", re.IGNORECASE)
TARGET_NAMES = (
    *("target", "y", "answer", "close", "adj close", "price", "value", "sales", "demand", "load"),
    "count",
)
PARTS_OF_DATES = ("year", "quarter", "month", "day", "hour", "minute")
MONTHS = 3
"""Months in a quarter."""
EPOCH_SECONDS = (1e8, 5e9)
EPOCH_MILLISECONDS = (1e11, 5e12)
DOUBLED_SHARE = 0.05
"""The share of rows whose time is that of another row, from which there are several series."""
UNIQUE_SHARE = 0.99
"""The share of rows that one column and the time have to tell apart."""
LABEL_CLASSES = 50
"""The most classes of a label that is guessed."""


def find_clock(table: Table, columns: Mapping[str, Values], order: str | None) -> Clock | None:
    """The times of rows: of the column that is named, else of the first one that holds times, else
    of columns with year, month and so on, else of a column of numbers that is named like one.

    Raises RnnbenchError where the column that is named holds neither times nor numbers.
    """
    if order is not None:
        values = columns[order]
        if values.kind not in ("times", "numbers"):
            raise unusable(
                table.file, f"column '{order}' holds {values.kind}, expected times or numbers"
            )
        return _clock(values)
    for values in columns.values():
        if values.kind == "times":
            return _clock(values)
    by_parts = _clock_of_parts(columns)
    if by_parts:
        return by_parts
    for values in columns.values():
        if values.kind == "numbers" and TIME_NAME.fullmatch(values.name):
            return _clock(values)
    return None


def _clock(values: Values) -> Clock:
    times = values.numbers
    if values.kind == "times":
        return Clock(times, values.name, True)
    present = times[np.isfinite(times)]
    middle = float(np.median(present)) if len(present) else 0.0
    if EPOCH_SECONDS[0] < middle < EPOCH_SECONDS[1]:
        return Clock(times, values.name, True)
    if EPOCH_MILLISECONDS[0] < middle < EPOCH_MILLISECONDS[1]:
        return Clock(times / 1000, values.name, True)
    return Clock(times, values.name, False)


def _clock_of_parts(columns: Mapping[str, Values]) -> Clock | None:
    """Times by columns such as year and month."""
    by_name = {name.lower(): values for name, values in columns.items()}
    there = [part for part in PARTS_OF_DATES if part in by_name]
    if len(there) < 2 or there[0] != "year" or any(by_name[p].kind != "numbers" for p in there):
        return None
    numbers = {part: by_name[part].numbers for part in there}
    if "month" not in numbers:
        numbers["month"] = np.ones(len(numbers["year"]))
    if "quarter" in numbers:
        quarter = numbers.pop("quarter")
        numbers["month"] = (quarter - 1) * MONTHS + 1
    numbers.setdefault("day", np.ones(len(numbers["year"])))
    dates = pd.to_datetime(pd.DataFrame(numbers), errors="coerce", utc=True)
    seconds = (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    names = ", ".join(by_name[part].name for part in there)
    return Clock(seconds.to_numpy(dtype=np.float64), names, True)


def guess_group(
    table: Table, columns: Mapping[str, Values], clock: Clock | None, taken: set[str]
) -> str | None:
    """The column that names the series of a row.

    With times, that by which a time is there once in each series, where times are there several
    times. Without, one that is named like an id, with fewer ids than rows.
    """
    candidates = [one for one in columns.values() if one.name not in taken and _can_be_id(one)]
    if clock is None:
        named = [one.name for one in candidates if GROUP_NAME.fullmatch(one.name)]
        return named[0] if named else None
    times = pd.Series(clock.times)
    if times.duplicated(keep=False).mean() < DOUBLED_SHARE:
        return None
    best = None
    fewest = len(table)
    for one in candidates:
        if one.kind == "numbers" and not GROUP_NAME.fullmatch(one.name):
            continue
        ids = one.numbers if one.words is None else pd.factorize(one.words)[0]
        count = len(np.unique(ids))
        pairs = pd.DataFrame({"id": ids, "time": times})
        if count < fewest and pairs.duplicated().mean() <= 1 - UNIQUE_SHARE:
            best = one.name
            fewest = count
    return best


def _can_be_id(values: Values) -> bool:
    """Whether a column may name series: words or whole numbers, each on two rows on average."""
    if values.missing.mean() > 1 - UNIQUE_SHARE:
        return False
    if values.kind == "words":
        assert values.words is not None
        different = values.words.nunique()
    elif values.kind == "numbers":
        present = values.numbers[~values.missing]
        if not (present == np.round(present)).all():
            return False
        different = len(np.unique(present))
    else:
        return False
    return bool(2 <= different <= len(values.missing) / 2)


def guess_target(columns: Mapping[str, Values], taken: set[str]) -> str | None:
    """The column to forecast: one that is named like a target, else the last one of numbers."""
    numbers = [one for one in columns.values() if one.kind == "numbers" and one.name not in taken]
    by_name = {one.name.lower(): one.name for one in numbers}
    for name in TARGET_NAMES:
        if name in by_name:
            return by_name[name]
    for one in reversed(numbers):
        if not (counts_rows(one.numbers) or is_constant(one)):
            return one.name
    return numbers[-1].name if numbers else None


def guess_label(
    table: Table, columns: Mapping[str, Values], group: str, taken: set[str]
) -> str | None:
    """A column of words with one class within each sequence, and fewer classes than sequences."""
    words = table.text(group)
    ids = by_column(table, group, words, None).ids
    candidates = []
    for one in columns.values():
        if one.name in taken or one.name == group or not _can_be_label(one):
            continue
        classes = pd.factorize(one.numbers if one.words is None else one.words)[0]
        frame = pd.DataFrame({"id": ids, "class": classes})[classes >= 0]
        by_id = frame.groupby("id")["class"]
        count = frame["class"].nunique()
        if by_id.nunique().max() == 1 and 2 * count <= len(by_id) and count <= LABEL_CLASSES:
            candidates.append((LABEL_NAME.fullmatch(one.name) is None, count, one.name))
    return min(candidates)[2] if candidates else None


def _can_be_label(values: Values) -> bool:
    """Whether a column may have classes: words, or numbers in a column named like a label."""
    named = LABEL_NAME.fullmatch(values.name) is not None
    return values.kind == "words" or (values.kind == "numbers" and named)


def counts_rows(numbers: Array) -> bool:
    """Whether a column counts rows: whole numbers that grow, by one in nine of ten rows."""
    if len(numbers) < 3 or not np.isfinite(numbers).all():
        return False
    steps = np.diff(numbers)
    whole = (numbers == np.round(numbers)).all()
    return bool(whole and (steps > 0).all() and (steps == 1).mean() >= 0.9)


def is_constant(values: Values) -> bool:
    """Whether all values that are there are one."""
    present = values.numbers[~values.missing]
    return len(present) > 0 and bool((present == present[0]).all())
