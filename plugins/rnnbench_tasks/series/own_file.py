"""Tables in files of the user; each error names the file, the column and the line."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
    """Raise ValueError for a relative path, or a separator that is not one character.

    A relative path would have another meaning in a trial, which runs in another folder.
    """
    if path and not Path(path).expanduser().is_absolute():
        raise ValueError(f"path must be absolute, got '{path}'. Is it '{Path(path).absolute()}'?")
    if len(separator) != 1:
        raise ValueError(f"separator must be one character, got '{separator}'")


def check_target(target: float | None) -> None:
    """Raise ValueError for a target that the trivial forecast reaches, or that nothing can reach.

    It is a score at which the trivial forecast has 0 and an answer without error 1.
    """
    if target is not None and not 0 < target <= 1:
        raise ValueError(
            f"target must be above 0, which the trivial forecast scores, and at most 1, got"
            f" {target:g}"
        )


def read_table(task: str, path: str, separator: str) -> "Table":
    """Return the table at this path. Raises DataUnavailable where it cannot be read."""
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
    """Read a table, and keep it in memory until the file changes."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        reader = csv.reader(text, delimiter=separator)
        names = [name.strip() for name in next(reader, [])]
        rows = []
        lines = []
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
    columns = zip(*rows, strict=True)
    return Table(file, dict(zip(names, columns, strict=True)), np.array(lines))


@dataclass(frozen=True)
class Table:
    """The columns of a file by name, with the line of the file at which each row ends."""

    file: Path
    columns: Mapping[str, Sequence[str]]
    lines: Array

    def __len__(self) -> int:
        return len(self.lines)

    def words(self, column: str, dial: str) -> Sequence[str]:
        """Return the words of a column.

        Raises DataUnavailable, naming the dial, where no column has this name.
        """
        there_is = f"There are: {', '.join(self.columns)}."
        if len(self.columns) == 1:
            there_is += " Is the dial `separator` right?"
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
        """Return a column as finite numbers, (N,).

        Raises DataUnavailable, naming the first line without a finite number.
        """
        words = self.words(column, dial)
        numbers = [_number(word) for word in words]
        for word, number, line in zip(words, numbers, self.lines, strict=True):
            if not np.isfinite(number):
                found = f"'{word}', which is no number" if word else "an empty cell"
                raise self.fault(f"column '{column}', line {line}: {found}")
        return np.array(numbers)

    def several(self, columns: Sequence[str], dial: str) -> Array:
        """Return columns as numbers, (N, C)."""
        return np.column_stack([self.numbers(column, dial) for column in columns])

    def in_order_of(self, column: str, *, unique: bool) -> "Table":
        """Return the rows sorted by a column of numbers or of dates in ISO 8601.

        Raises DataUnavailable where a word is neither, or where a time repeats although `unique`.
        """
        words = self.words(column, "time")
        moments = np.array([_moment(word) for word in words])
        if np.isnan(moments).any():
            row = int(np.isnan(moments).argmax())
            raise self.fault(
                f"column '{column}', line {self.lines[row]}: '{words[row]}', which is neither a"
                " number nor a date like 2026-11-25T13:30"
            )
        order = np.argsort(moments, kind="stable")
        repeats = np.flatnonzero(np.diff(moments[order]) == 0)
        if unique and len(repeats):
            first = order[repeats[0]]
            second = order[repeats[0] + 1]
            raise self.fault(
                f"column '{column}': '{words[first]}' is in lines {self.lines[first]} and"
                f" {self.lines[second]}; one series has one row at a time"
            )
        columns: dict[str, Sequence[str]] = {}
        for name, unsorted in self.columns.items():
            columns[name] = [unsorted[row] for row in order]
        return Table(self.file, columns, self.lines[order])

    def fault(self, what: str) -> rnnbench.DataUnavailable:
        """Return an error about this file, whose sentence begins with the file."""
        return rnnbench.DataUnavailable(f"{self.file}: {what}")


def named(columns: str) -> list[str]:
    """Return the names in a dial that are separated by commas."""
    return [name.strip() for name in columns.split(",") if name.strip()]


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan


def _moment(word: str) -> float:
    """Return a number, or the timestamp of a date (in UTC without a zone); NaN for neither."""
    with suppress(ValueError):
        return float(word)
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        return np.nan
    if not moment.tzinfo:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
