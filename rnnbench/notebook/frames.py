"""Tables of results as frames of pandas."""

from collections.abc import Sequence

import pandas as pd

from rnnbench.records import Dial, Result
from rnnbench.tables import Column, Kind, Table

TYPES: dict[Kind, str] = {
    "string": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}
"""Types of pandas. A text, a count or a flag that is absent is pandas' NA, a number is NaN, and a
moment is NaT."""


def frame(table: Table, results: Sequence[Result]) -> pd.DataFrame:
    """A frame with the columns of a table, in their order and of their types, then those that vary.

    A column of values of several types holds them as they are.
    """
    lines = table.rows(results)
    columns = {}
    for column in table.columns_of(lines):
        values = [line.get(column.name) for line in lines]
        columns[column.name] = _column(values, column)
    return pd.DataFrame(columns)


def _column(values: Sequence[Dial], column: Column) -> pd.Series:
    if column.kind == "datetime":
        texts = pd.Series(values, dtype="object")
        times = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
        return times.astype("datetime64[us, UTC]")
    if column.kind == "string" and any(not isinstance(value, str | None) for value in values):
        return pd.Series(values, dtype="object")
    return pd.Series(values, dtype=TYPES[column.kind])
