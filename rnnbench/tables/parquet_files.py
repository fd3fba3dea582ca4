"""Tables as Parquet files, by pyarrow, which comes with an extra."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rnnbench.errors import RnnbenchError
from rnnbench.records import Dial, Result
from rnnbench.tables.csv_files import PREFIX
from rnnbench.tables.lines import Line
from rnnbench.tables.schema import FORMAT, Column, Kind, Table

INSTALL = "pip install 'rnnbench[parquet]'"


def write_parquet(tables: Iterable[Table], results: Sequence[Result], folder: Path) -> list[Path]:
    """Write a Parquet file for each table.

    What is absent is null. The metadata of a file hold the format of the tables, and those of a
    field its meaning. Raises OSError where a file cannot be written, and RnnbenchError where
    pyarrow is not installed.
    """
    pyarrow, parquet = _pyarrow()
    written = []
    for table in tables:
        lines = table.rows(results)
        columns = table.columns_of(lines)
        path = folder / f"{PREFIX}{table.name}.parquet"
        parquet.write_table(_arrow_table(pyarrow, columns, lines), path)
        written.append(path)
    return written


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise RnnbenchError(
            f"Parquet files are written by pyarrow, which is not installed: {INSTALL}"
        ) from error
    return pyarrow, parquet


def _arrow_table(pyarrow: Any, columns: Sequence[Column], lines: Sequence[Line]) -> Any:
    types: dict[Kind, Any] = {
        "string": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "datetime": pyarrow.timestamp("us", tz="UTC"),
    }
    fields = []
    arrays = []
    for column in columns:
        values = [_value(line.get(column.name), column.kind) for line in lines]
        arrays.append(pyarrow.array(values, type=types[column.kind]))
        meaning = {"description": column.meaning}
        fields.append(pyarrow.field(column.name, types[column.kind], metadata=meaning))
    schema = pyarrow.schema(fields, metadata={"rnnbench.tables.format": str(FORMAT)})
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _value(value: Dial, kind: Kind) -> Any:
    """Return a value as pyarrow takes it for a column of this type."""
    if value is None:
        return None
    if kind == "datetime":
        return _moment(str(value))
    if kind == "string":
        return str(value).encode("utf-8", "backslashreplace").decode()
    if kind == "number":
        return float(value)
    return value


def _moment(text: str) -> datetime | None:
    """Return a moment in UTC; None where the text is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
