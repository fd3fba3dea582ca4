"""A table of the user's own, read column by column; what is wrong with it is said with file,
column, line."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]


def check_dials(path: str, separator: str) -> None:
    """Raises ValueError for a relative path, for trials work in folders of their own; and for a
    long separator."""
    if path and not Path(path).expanduser().is_absolute():
        raise ValueError(f"path must be absolute, got '{path}'. Is it '{Path(path).absolute()}'?")
    if len(separator) != 1:
        raise ValueError(f"separator must be one character, got '{separator}'")


def read_table(task: str, path: str, separator: str) -> "Table":
    """The file at this path. Raises DataUnavailable where there is none or it is no table."""
    if not path:
        raise rnnbench.DataUnavailable(f"{task}: no file is named: set the dial `path`")
    file = Path(path).expanduser()
    try:
        return _read(file, separator, file.stat().st_mtime_ns)
    except OSError as error:
        raise rnnbench.DataUnavailable(
            f"{file}: cannot be read: {error.strerror or error}"
        ) from error
    except (ValueError, csv.Error) as error:
        raise rnnbench.DataUnavailable(f"{file}: {error}") from error


@lru_cache(maxsize=1)
def _read(file: Path, separator: str, changed: int) -> "Table":  # noqa: ARG001
    """Remembered until the file changes."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        reader = csv.reader(text, delimiter=separator)
        names = [name.strip() for name in next(reader, [])]
        rows, lines = [], []
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise ValueError(
                    f"line {reader.line_num} has {len(row)} cells, and the first line names"
                    f" {len(names)}"
                )
            rows.append([cell.strip() for cell in row])
            lines.append(reader.line_num)
    if not rows:
        raise ValueError("there are no rows in it")
    if len(set(names)) < len(names):
        raise ValueError(f"two columns have one name: {', '.join(names)}")
    return Table(file, dict(zip(names, zip(*rows, strict=True), strict=True)), np.array(lines))


@dataclass(frozen=True)
class Table:
    """Columns of words by name, and the line of the file on which each row ends."""

    file: Path
    columns: Mapping[str, Sequence[str]]
    lines: Array

    def __len__(self) -> int:
        return len(self.lines)

    def words(self, column: str, dial: str) -> Sequence[str]:
        """A column as it stands. Raises DataUnavailable, naming the dial, where there is none of
        this name."""
        there_is = f"There are: {', '.join(self.columns)}."
        there_is += " Is the dial `separator` right?" if len(self.columns) == 1 else ""
        if not column:
            raise rnnbench.DataUnavailable(
                f"{self.file}: set the dial `{dial}` to one of its columns. {there_is}"
            )
        if column not in self.columns:
            nearest = get_close_matches(column, self.columns, n=1, cutoff=0.5)
            guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise self.fault(
                f"no column called '{column}', which the dial `{dial}` names.{guess} {there_is}"
            )
        return self.columns[column]

    def numbers(self, column: str, dial: str) -> Array:
        """A column as finite numbers, (N,). Raises DataUnavailable with the first line where there
        is none."""
        found = [_number(word) for word in self.words(column, dial)]
        for word, value, line in zip(self.columns[column], found, self.lines, strict=True):
            if not np.isfinite(value):
                what = f"'{word}', which is no number" if word else "an empty cell"
                raise self.fault(f"column '{column}', line {line}: {what}")
        return np.array(found)

    def several(self, columns: Sequence[str], dial: str) -> Array:
        """Columns as numbers, (N, C)."""
        return np.column_stack([self.numbers(column, dial) for column in columns])

    def in_order_of(self, column: str, *, unique: bool) -> "Table":
        """The rows from the earliest to the latest; by numbers or by dates in ISO 8601.

        Raises DataUnavailable where a word is neither, or where one time stands twice though it
        should not.
        """
        words = self.words(column, "time")
        moments = np.array([_moment(word) for word in words])
        if np.isnan(moments).any():
            worst = int(np.isnan(moments).argmax())
            found = f"line {self.lines[worst]}: '{words[worst]}'"
            raise self.fault(
                f"column '{column}', {found}, which is neither a number nor a date like"
                " 2026-11-25T13:30"
            )
        order = np.argsort(moments, kind="stable")
        twice = np.flatnonzero(np.diff(moments[order]) == 0)
        if unique and len(twice):
            one, other = self.lines[order[twice[0]]], self.lines[order[twice[0] + 1]]
            raise self.fault(
                f"column '{column}': '{words[order[twice[0]]]}' stands in lines {one} and {other};"
                " one series has one row at a time"
            )
        return Table(
            self.file,
            {name: [words[i] for i in order] for name, words in self.columns.items()},
            self.lines[order],
        )

    def fault(self, what: str) -> rnnbench.DataUnavailable:
        """An error that names the file."""
        return rnnbench.DataUnavailable(f"{self.file}: {what}")


def named(columns: str) -> list[str]:
    """The names in a dial that holds several, with commas."""
    return [name.strip() for name in columns.split(",") if name.strip()]


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan


def _moment(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        return np.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
