"""Reads tables of separated values by pandas, in pieces."""

import csv
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from rnnbench.datafile.dialect import Dialect
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.source import Source
from rnnbench.datafile.table import Array, Cells, Table, without_empty_rows

PIECE_ROWS = 200_000
BEYOND = "\0beyond\0"
"""The name of a column that no file has, for cells of rows that are too long."""


def read_delimited(source: Source, dialect: Dialect) -> Table:
    """Read a table; columns of numbers are numbers, all others text.

    Raises RnnbenchError for a row with more cells than there are names, and where there is no row.
    """
    cells = _columns(source, dialect)
    rows = len(next(iter(cells.values())))
    if rows == 0:
        raise unusable(source.name, "it has no rows below its first line")
    compressed = f" in {source.compression}" if source.compression else ""
    return without_empty_rows(
        Table(
            file=source.name,
            format=f"a table{compressed}, {dialect.words()}",
            cells=cells,
            lines=_lines(source, dialect, rows),
            place="line",
            decimal=dialect.decimal,
            reread=lambda name: _as_text(source, dialect, name),
            notices=(*source.notices, *dialect.notices),
        )
    )


def _columns(source: Source, dialect: Dialect) -> dict[str, Cells]:
    """Columns by name; one that is text in some pieces is read as text again in all."""
    pieces: dict[str, list[Cells]] = {name: [] for name in dialect.names}
    for frame in _frames(source, dialect):
        for name in dialect.names:
            pieces[name].append(frame[name])
    columns = {}
    for name, parts in pieces.items():
        are_numbers = [pd.api.types.is_numeric_dtype(part.dtype) for part in parts]
        if all(are_numbers) and parts:
            values = np.concatenate([part.to_numpy(dtype=np.float64) for part in parts])
            columns[name] = pd.Series(values)
        elif any(are_numbers):
            columns[name] = _as_text(source, dialect, name, missing_words=True)
        else:
            columns[name] = pd.concat(parts, ignore_index=True) if parts else pd.Series([])
        parts.clear()
    return columns


def _frames(source: Source, dialect: Dialect) -> Iterator[pd.DataFrame]:
    with source.open() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.ParserWarning)  # BEYOND has what it warns of
        try:
            frames = pd.read_csv(
                stream,
                sep=dialect.separator,
                decimal=dialect.decimal,
                header=None,
                names=[*dialect.names, BEYOND],
                skiprows=dialect.before,
                index_col=False,
                skipinitialspace=True,
                skip_blank_lines=False,
                encoding=source.encoding,
                chunksize=PIECE_ROWS,
                low_memory=False,
            )
            for frame in frames:
                if frame[BEYOND].notna().any():
                    raise unusable(source.name, _wide_row(source, dialect))
                yield frame
        except (pd.errors.ParserError, csv.Error) as error:
            raise unusable(source.name, _wide_row(source, dialect) or str(error)) from error
        except pd.errors.EmptyDataError as error:
            raise unusable(source.name, "it has no rows below its first line") from error
        except UnicodeError as error:
            raise unusable(source.name, f"it cannot be decoded: {error}") from error


def _as_text(source: Source, dialect: Dialect, name: str, *, missing_words: bool = False) -> Cells:
    """A column letter by letter; with `missing_words`, words such as NA are missing values."""
    try:
        return _text_column(source, dialect, name, [name], missing_words)
    except pd.errors.ParserError:  # every row has fewer cells than there are names
        return _text_column(source, dialect, name, None, missing_words)


def _text_column(
    source: Source, dialect: Dialect, name: str, read: list[str] | None, missing_words: bool
) -> Cells:
    with source.open() as stream:
        frame = pd.read_csv(
            stream,
            sep=dialect.separator,
            header=None,
            names=list(dialect.names),
            usecols=read,
            skiprows=dialect.before,
            index_col=False,
            skipinitialspace=True,
            skip_blank_lines=False,
            encoding=source.encoding,
            dtype=str,
            keep_default_na=missing_words,
            na_values=[""],
        )
    return frame[name]


def _wide_row(source: Source, dialect: Dialect) -> str:
    """Where the first row is that has more cells than there are names."""
    with source.open_text() as text:
        reader = csv.reader(text, delimiter=dialect.separator, skipinitialspace=True)
        for row in reader:
            if len(row) > len(dialect.names):
                return (
                    f"line {reader.line_num} has {len(row)} cells, and there are"
                    f" {len(dialect.names)} columns"
                )
    return ""


def _lines(source: Source, dialect: Dialect, rows: int) -> Array:
    """The line of each row; rows of several lines are looked up where there are any."""
    if source.lines == dialect.before + rows:
        return np.arange(rows) + dialect.before + 1
    with source.open_text() as text:
        reader = csv.reader(text, delimiter=dialect.separator, skipinitialspace=True)
        ends = [reader.line_num for _ in reader]
    lines = np.array([line for line in ends if line > dialect.before])
    if len(lines) != rows:
        return np.arange(rows) + dialect.before + 1
    return lines
