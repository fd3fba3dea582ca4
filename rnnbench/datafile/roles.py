"""Guesses what columns are for, where the user does not say it."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from rnnbench.datafile.arrange import Clock
from rnnbench.datafile.cells import Values
from rnnbench.datafile.groups import by_column
from rnnbench.datafile.table import Array, Table

NAMES = "id|group|symbol|ticker|series|sequence|seq|visit|store|item|sensor|subject|patient"
MORE_NAMES = "station|origin|code|key|case|trip|run|session|user|device|machine|unit"
GROUP_NAME = re.compile(rf"(^|.*[_ ])({NAMES}|{MORE_NAMES})s?([_ ]?(id|no|number))?", re.IGNORECASE)
LABEL_NAME = re.compile(r"(label|class|outcome|diagnosis|category|y)", re.IGNORECASE)
TARGET_NAMES = (
    *("target", "y", "answer", "close", "adj close", "price", "value", "sales", "demand", "load"),
    "count",
)
DOUBLED_SHARE = 0.05
"""The share of rows whose time is that of another row, from which there are several series."""
UNIQUE_SHARE = 0.99
"""The share of rows that one column and the time have to tell apart."""
LABEL_CLASSES = 50
"""The most classes of a label that is guessed."""


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
