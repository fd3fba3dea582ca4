"""A table: columns by name as they were read, with the line of the file at which each row is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import Series as Cells

from rnnbench.datafile.kinds import at_lines, notice
from rnnbench.datafile.records import Notice
from rnnbench.errors import UnknownName
from rnnbench.text import counted

__all__ = ["Array", "Cells", "Table", "without_empty_rows"]
Array = NDArray[Any]


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    file:    its name, as sentences have it.
    format:  how it was read, in words.
    cells:   columns by name, (N,) each.
    lines:   (N,) where each row is in the file; the first line is 1.
    place:   what `lines` counts: `line`, or `row` where a file has no lines.
    decimal: what precedes the fraction of a number in columns that are text.
    reread:  reads a column again as text, with its name, letter by letter.
    notices: what was noticed while it was read.
    """

    file: str
    format: str
    cells: Mapping[str, Cells]
    lines: Array
    place: str
    decimal: str
    reread: Callable[[str], Cells]
    notices: tuple[Notice, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def check_names(self, names: Sequence[str | None]) -> None:
        """Raise UnknownName for a name that no column has."""
        for name in names:
            if name is not None and name not in self.cells:
                raise UnknownName("column", name, self.cells, where=self.file)

    def text(self, name: str) -> Cells:
        """A column as text, letter by letter as the file has it; an empty cell is missing."""
        cells = self.reread(name)
        assert len(cells) == len(self)
        stripped = cells.str.strip()
        return stripped.where(stripped != "")

    def at(self, rows: Array) -> str:
        """Name the lines of rows: `line 3`, `lines 3 and 4`."""
        return at_lines([int(line) for line in self.lines[rows]], self.place)


def without_empty_rows(table: Table) -> Table:
    """Leave out rows, blank lines among them, in which no column has a value, and say so."""
    empty = np.ones(len(table), dtype=bool)
    for cells in table.cells.values():
        empty &= cells.isna().to_numpy()
        if not empty.any():
            return table
    rows = np.flatnonzero(empty)
    sentence = f"{counted(len(rows), 'row')} without any value: {table.at(rows)}."
    noticed = notice("empty-rows", sentence, lines=table.lines[rows])
    kept = ~empty
    cells_kept = {name: cells[kept].reset_index(drop=True) for name, cells in table.cells.items()}
    return replace(
        table,
        cells=cells_kept,
        lines=table.lines[kept],
        reread=lambda name: table.reread(name)[kept].reset_index(drop=True),
        notices=(*table.notices, noticed),
    )
