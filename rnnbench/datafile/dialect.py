"""How a table is written: separator, decimal comma, header, names of columns."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from rnnbench.datafile.kinds import notice, unusable
from rnnbench.datafile.records import Notice
from rnnbench.datafile.source import Source

SEPARATORS = (",", ";", "\t", "|", " ")
LOOKED_AT = 200
"""Rows by which a dialect is found."""
CONSISTENT = 0.9
"""The share of rows that have as many cells as the others, in a table."""
TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".psv", ".dat", ".data")
COMMA_NUMBER = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?")
POINT_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)\.\d+([eE][+-]?\d+)?")
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
SEPARATOR_WORDS = {"\t": "tabs", " ": "blanks"}


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    before:  lines up to the first row of data.
    names:   the names of its columns.
    notices: on names.
    """

    separator: str
    decimal: str
    before: int
    names: tuple[str, ...]
    notices: tuple[Notice, ...]

    def words(self) -> str:
        """In words: `separated by ';', with decimal commas`."""
        by = SEPARATOR_WORDS.get(self.separator, f"'{self.separator}'")
        commas = ", with decimal commas" if self.decimal == "," else ""
        return f"separated by {by}{commas}"


def find_dialect(source: Source) -> Dialect | None:
    """The dialect of a table, from its first rows; None where the file is no table.

    A file whose name ends like that of a table is one, if need be of one column. Raises
    RnnbenchError where most rows have more cells than the first line has names.
    """
    with source.open_text() as text:
        lines = list(islice(text, LOOKED_AT))
    separator, share = _separator(lines)
    is_table = source.ending in TABLE_ENDINGS
    if not is_table and (share < CONSISTENT or len(lines) < 3):
        return None
    if not is_table and separator in (",", " ") and not _has_numbers(lines, separator):
        return None
    rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    first = next((place for place, row in enumerate(rows) if any(row)), 0)
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        raise unusable(source.name, "none of its first rows has a value")
    width = widths.most_common(1)[0][0]
    below = rows[first + 1 : first + 2]
    if not is_table and width == 1 and not (below and _numbers(below[0])):
        return None
    decimal = _decimal(rows[first + 1 :]) if separator != "," else "."
    if _is_data(rows[first]):
        names = tuple(f"column {place}" for place in range(1, width + 1))
        noticed = notice(
            "no-header", f"Line {first + 1} is a row of numbers, which names no columns.", lines=[1]
        )
        return Dialect(separator, decimal, first, names, (noticed,))
    header = [name.strip() for name in rows[first]]
    if len(header) == width - 1:
        header.insert(0, "")
    if len(header) < width:
        raise unusable(
            source.name,
            f"line {first + 1} names {len(header)} columns, and most rows have {width} cells",
        )
    names, notices = _names(header, first + 1)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    list(islice(reader, first + 1))
    return Dialect(separator, decimal, reader.line_num, names, tuple(notices))


def _has_numbers(lines: Sequence[str], separator: str) -> bool:
    """Whether a column has numbers in most rows, which tells tables from prose with commas."""
    rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    cells = [[bool(NUMBER.fullmatch(cell.strip())) for cell in row] for row in rows if row]
    return any(sum(column) >= CONSISTENT * (len(cells) - 1) for column in zip(*cells, strict=False))


def _separator(lines: Sequence[str]) -> tuple[str, float]:
    """The separator by which most rows have the same number of cells, above 1, and their share."""
    best = ","
    best_score = (0.0, False, 0)
    for separator in SEPARATORS:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        rows = [row for row in reader if any(row)]
        widths = Counter(map(len, rows))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
        score = (round(share, 1), len(rows[0]) == width, width)
        if width > 1 and score > best_score and not (separator == " " and best_score[0] >= 0.9):
            best = separator
            best_score = score
    if best_score[0] == 0 and all(NUMBER.fullmatch(line.strip()) for line in lines[1:]):
        return best, 1.0
    return best, best_score[0]


def _decimal(rows: Sequence[Sequence[str]]) -> str:
    commas = 0
    points = 0
    for row in rows:
        commas += sum(bool(COMMA_NUMBER.fullmatch(cell.strip())) for cell in row)
        points += sum(bool(POINT_NUMBER.fullmatch(cell.strip())) for cell in row)
    return "," if commas > points else "."


def _is_data(row: Sequence[str]) -> bool:
    """Whether a first row is one of data: all its cells are numbers, or half with a fraction."""
    cells = [cell.strip() for cell in row if cell.strip()]
    fractions = sum(bool(NUMBER.fullmatch(cell)) and not cell.isdigit() for cell in cells)
    return bool(cells) and (_numbers(cells) or 2 * fractions >= len(cells))


def _numbers(row: Sequence[str]) -> bool:
    return all(NUMBER.fullmatch(cell.strip()) for cell in row)


def _names(header: Sequence[str], line: int) -> tuple[tuple[str, ...], list[Notice]]:
    """The names of columns, each of its own, and what had to be done for that."""
    names: list[str] = []
    notices = []
    for place, given in enumerate(header, start=1):
        name = given or f"column {place}"
        if not given:
            sentence = f"Line {line} gives no name to the column at place {place}."
            action = f"It is called '{name}'."
            notices.append(
                notice("column-without-a-name", sentence, column=name, lines=[line], action=action)
            )
        elif name in names:
            name = _free(given, [*names, *header])
            sentence = f"Line {line} has the name '{given}' more than once."
            action = f"The column at place {place} is called '{name}'."
            notices.append(
                notice("doubled-name", sentence, column=name, lines=[line], action=action)
            )
        names.append(name)
    return tuple(names), notices


def _free(name: str, taken: Sequence[str]) -> str:
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
