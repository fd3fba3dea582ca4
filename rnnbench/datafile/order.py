"""The columns by which rows are ordered, and the times that they give."""

import re
from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from rnnbench.datafile.arrange import Clock
from rnnbench.datafile.cells import Values, values_of
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.records import Written
from rnnbench.datafile.table import Array, Table

TIME_NAME = re.compile(
    r"(date|time|timestamp|datetime|time_?stamp|year|ds|t|epoch|unix(_?time)?)", re.IGNORECASE
)
PARTS_OF_DATES = ("year", "quarter", "month", "day", "hour", "minute")
MONTHS = 3
"""Months in a quarter."""
DAY_NUMBERS = (1e7, 3e7)
"""Dates as whole numbers: year, month and day in eight digits."""
EPOCH_SECONDS = (1e8, 5e9)
EPOCH_MILLISECONDS = (1e11, 5e12)


def find_clock(table: Table, columns: Mapping[str, Values], order: str | None) -> Clock | None:
    """The times of rows: of the column that is named, else of the first one that holds times, else
    of columns with year, month and so on, else of a column of numbers that is named like one.

    order: a column, or those with year, month and so on, with a comma and a blank between them.

    Raises RnnbenchError where the column that is named holds neither times nor numbers, or several
    ones are no parts of dates.
    """
    if order is not None and order not in columns:
        parts = _clock_of_parts(columns)
        if parts is None or parts.column != order:
            raise unusable(table.file, f"columns '{order}' are not year, month and so on")
        return parts
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


def columns_of_order(order: str | None, table: Table) -> tuple[str, ...]:
    """The columns by which rows are ordered: one, or several such as `year, month`."""
    if order is None:
        return ()
    return (order,) if order in table.cells else tuple(order.split(", "))


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
    if len(present) and DAY_NUMBERS[0] < present.min() and present.max() < DAY_NUMBERS[1]:
        days = _of_day_numbers(times)
        if np.isfinite(days).sum() == len(present):
            return Clock(days, values.name, True)
    return Clock(times, values.name, False)


def _of_day_numbers(numbers: Array) -> Array:
    """Seconds since 1970 of numbers such as 19580329; NaN for those that are no date."""
    parts = {"year": numbers // 10_000, "month": numbers // 100 % 100, "day": numbers % 100}
    return _seconds(parts)


def _seconds(parts: Mapping[str, Array]) -> Array:
    """Seconds since 1970 of parts of dates; NaN for those that are no date."""
    dates = pd.to_datetime(pd.DataFrame(parts), errors="coerce", utc=True)
    seconds = (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    found: Array = seconds.to_numpy(dtype=np.float64)
    return found


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
    names = ", ".join(by_name[part].name for part in there)
    return Clock(_seconds(numbers), names, True)


def how_written(clock: Clock | None, table: Table) -> Written:
    """How the times of rows are written in a table."""
    if clock is None or clock.column not in table.cells:
        return "other"
    values = values_of(table, clock.column)
    if values.kind == "numbers":
        same = np.array_equal(values.numbers, clock.times, equal_nan=True)
        return "numbers" if same else "other"
    try:
        for cell in table.cells[clock.column].dropna():
            datetime.fromisoformat(str(cell))
    except ValueError:
        return "other"
    return "dates"
