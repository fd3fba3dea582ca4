"""Lays a grid out within a width: conditions or cells as rows, in as much detail as fits."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from rnnbench.cli.output import GAP
from rnnbench.cli.summary.grid import ABSENT, STYLES, Entry, Grid, marks_of
from rnnbench.cli.summary.names import shortened

Cell = tuple[str, str]
"""A text and its style."""
Column = tuple[tuple[str, ...], tuple[Cell, ...]]
"""The lines of a heading, and the cells below it."""


class Layout(NamedTuple):
    """A grid as a table.

    columns: the heading of each in lines, and its cells; the first column names the rows.
    shown:   how many conditions and how many cells the table has.
    level:   the place of its level among those of the grid.
    longest: characters of names that it shows in full; 0 is any number.
    """

    columns: tuple[Column, ...]
    shown: tuple[int, int]
    level: int
    longest: int = 0

    @property
    def figures(self) -> int:
        """How many figures the table shows."""
        return self.shown[0] * self.shown[1]

    @property
    def width(self) -> int:
        """Columns of the terminal that the table takes."""
        widths = [width_of(column) for column in self.columns]
        return sum(widths) + GAP * (len(widths) - 1)

    def lines(self) -> Iterator[Text]:
        """The lines of the table, without blanks at their ends."""
        widths = [width_of(column) for column in self.columns]
        high = max(len(heading) for heading, _ in self.columns)
        headings = [("",) * (high - len(heading)) + heading for heading, _ in self.columns]
        for number in range(high):
            yield _line([(heading[number], "bold") for heading in headings], widths)
        for cells in zip(*(cells for _, cells in self.columns), strict=True):
            yield _line(cells, widths)


def width_of(column: Column) -> int:
    heading, cells = column
    return max(cell_len(text) for text in (*heading, *(text for text, _ in cells)))


def _line(cells: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text()
    for (text, style), width in zip(cells, widths, strict=True):
        line.append(set_cell_size(text, width), style=style)
        line.append(" " * GAP)
    line.rstrip()
    return line


def table_of(grid: Grid, level: int, columns: int, most_rows: int, *, across: bool) -> Layout:
    if across:
        return _cells_as_rows(grid, level, columns, most_rows)
    return _conditions_as_rows(grid, level, columns, most_rows)


def _conditions_as_rows(grid: Grid, level: int, columns: int, most_rows: int) -> Layout:
    rows = grid.rows[:most_rows]
    table: list[Column] = [((grid.heading,), tuple((name, "") for name in grid.titles[:most_rows]))]
    by = grid.levels[level].by
    if by:
        table.append(((by,), tuple((row.by[level], "dim") for row in rows)))
    if columns < len(grid.cells):
        table += leaders(grid, level, most_rows)
    for cell in grid.cells[:columns]:
        entries = [row.entries.get(cell) for row in rows]
        table.append(_column(grid, level, (grid.names[cell],), entries))
    return Layout(tuple(table), (len(rows), min(columns, len(grid.cells))), level, grid.longest)


def leaders(grid: Grid, level: int, most_rows: int) -> list[Column]:
    """The column of the cells that lead, with their figures; none where no cell leads."""
    rows = grid.rows[:most_rows]
    if not any(row.first for row in rows):
        return []
    cells = []
    for row in rows:
        figure = row.entries[row.first].parts[level][-1] if row.first else ""
        name = grid.names.get(row.first, row.first)
        cells.append((f"{name} {figure}".strip(), "bold"))
    return [(("first",), tuple(cells))]


def _cells_as_rows(grid: Grid, level: int, columns: int, most_rows: int) -> Layout:
    cells = grid.cells[:most_rows]
    table: list[Column] = [(("cell",), tuple((grid.names[cell], "") for cell in cells))]
    for row in grid.rows[:columns]:
        by = row.by[level]
        parts = [shortened([part], grid.longest)[0] for part in row.title.split(", ")]
        heading = (*parts, *((f"({by})",) if by else ()))
        entries = [row.entries.get(cell) for cell in cells]
        table.append(_column(grid, level, heading, entries))
    return Layout(tuple(table), (min(columns, len(grid.rows)), len(cells)), level, grid.longest)


def _column(
    grid: Grid, level: int, heading: Sequence[str], entries: Sequence[Entry | None]
) -> Column:
    """A column of entries, whose parts are aligned to the right below their headings."""
    names: Sequence[str] = grid.levels[level].headings
    parts = [entry.parts[level] for entry in entries if entry]
    widths = [max(map(cell_len, column)) for column in zip(names, *parts, strict=True)]
    has_marks = bool(marks_of(grid))
    indent = "  " if has_marks else ""
    cells = []
    for entry in entries:
        if entry is None:
            cells.append(
                (f"{indent}{_aligned((*('' for _ in widths[1:]), ABSENT), widths)}", "dim")
            )
            continue
        mark = f"{entry.mark or ' '} " if has_marks else ""
        line = f"{mark}{_aligned(entry.parts[level], widths)}"
        cells.append((line.rstrip(), STYLES.get(entry.mark, "")))
    lines = tuple(f"{indent}{line}" for line in heading)
    shown = [[part[place] for part in parts] for place in range(len(names))]
    names = tuple(
        name if any(text not in ("", ABSENT) for text in column) else ""
        for name, column in zip(names, shown, strict=True)
    )
    if any(names):
        lines = (*lines, f"{indent}{_aligned(names, widths)}")
    return lines, tuple(cells)


def _aligned(parts: Sequence[str], widths: Sequence[int]) -> str:
    padded = []
    for part, width in zip(parts, widths, strict=True):
        padded.append(" " * (width - cell_len(part)) + part)
    return " ".join(padded)
