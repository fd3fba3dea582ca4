"""Tables as CSV files, beside a description of their columns as a Frictionless Data Package."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec

from rnnbench.records import Dial, Result
from rnnbench.tables.lines import Line
from rnnbench.tables.schema import FORMAT, Column, Table

PREFIX = "results-"
PACKAGE = "datapackage.json"


def write_csv(tables: Iterable[Table], results: Sequence[Result], folder: Path) -> list[Path]:
    """Write a CSV file for each table, and `datapackage.json`. Raises OSError on failure.

    Files are in UTF-8 with a line of names first. What is absent is empty; a flag is `true` or
    `false`; a number has all its digits.
    """
    written = []
    resources = []
    for table in tables:
        lines = table.rows(results)
        columns = table.columns_of(lines)
        path = folder / f"{PREFIX}{table.name}.csv"
        path.write_text(_csv(columns, lines), encoding="utf-8", newline="")
        written.append(path)
        resources.append(_resource(table, columns, path.name))
    package = {
        "name": "rnnbench-results",
        "profile": "tabular-data-package",
        "version": f"{FORMAT}.0.0",
        "resources": resources,
    }
    path = folder / PACKAGE
    path.write_bytes(msgspec.json.format(msgspec.json.encode(package), indent=1))
    return [*written, path]


def _csv(columns: Sequence[Column], lines: Iterable[Line]) -> str:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    for line in lines:
        writer.writerow(_text(line.get(column.name)) for column in columns)
    return buffer.getvalue()


def _text(value: Dial) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    return str(value).encode("utf-8", "backslashreplace").decode()


def _resource(table: Table, columns: Sequence[Column], file: str) -> dict[str, Any]:
    """Return the description of one file, after the standard."""
    fields = [
        {"name": column.name, "type": column.kind, "description": column.meaning}
        for column in columns
    ]
    return {
        "name": table.name,
        "path": file,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }
