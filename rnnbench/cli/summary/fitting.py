"""Chooses the table that shows most of a grid within a width."""

from rnnbench.cli.output import GAP
from rnnbench.cli.summary.grid import Grid
from rnnbench.cli.summary.layout import Layout, leaders, table_of, width_of
from rnnbench.cli.summary.names import LENGTHS, READABLE


def lay_out(grid: Grid, width: int, most_rows: int) -> Layout:
    """The table that shows most, with names as long as that allows.

    Columns that do not fit are left out at the right, and rows after the first `most_rows` below.
    Where cells are left out, a column names the one that leads each condition.
    """
    named = [*grid.cells, *(row.title for row in grid.rows)]
    longest = max(map(len, named), default=0)
    tried = []
    for most in (0, *(length for length in LENGTHS if length < longest)):
        layout = _with_names(grid._replace(longest=most), width, most_rows)
        if layout.width <= width and _is_whole(layout, grid, most_rows):
            return layout
        tried.append(layout)
    fitting = [layout for layout in tried if layout.width <= width] or tried[-1:]
    readable = [layout for layout in fitting if not 0 < layout.longest < READABLE]
    return max(readable or fitting[:1], key=lambda layout: layout.figures)


def _is_whole(layout: Layout, grid: Grid, most_rows: int) -> bool:
    """Whether no column is left out."""
    conditions, cells = layout.shown
    rows_left_out = conditions == min(len(grid.rows), most_rows) and cells == len(grid.cells)
    cells_left_out = conditions == len(grid.rows) and cells == min(len(grid.cells), most_rows)
    return rows_left_out or cells_left_out


def _with_names(grid: Grid, width: int, most_rows: int) -> Layout:
    """The table that shows most with names of this length: conditions are rows where all cells fit
    beside each other, or where that shows no fewer figures than cells as rows do."""
    upright = _fullest(grid, width, most_rows, across=False)
    if upright.shown[1] == len(grid.cells):
        return upright
    across = _fullest(grid, width, most_rows, across=True)
    return across if across.figures > upright.figures else upright


def _fullest(grid: Grid, width: int, most_rows: int, *, across: bool) -> Layout:
    """The most detailed table with all columns; where there is none, the one with most of them.

    It has at least one, also where that is too wide.
    """
    columns = len(grid.rows) if across else len(grid.cells)
    best = None
    for level in range(len(grid.levels)):
        fitting = _most_that_fit(grid, level, columns, width, most_rows, across=across)
        if fitting == columns:
            return table_of(grid, level, columns, most_rows, across=across)
        if best is None or best[1] == 0 or fitting > best[1]:
            best = (level, fitting)
    assert best is not None
    level, fitting = best
    return table_of(grid, level, max(fitting, 1), most_rows, across=across)


def _most_that_fit(
    grid: Grid, level: int, columns: int, width: int, most_rows: int, *, across: bool
) -> int:
    """How many columns fit."""
    table = table_of(grid, level, columns, most_rows, across=across)
    if table.width <= width:
        return columns
    named = [*table.columns[:-columns], *([] if across else leaders(grid, level, most_rows))]
    used = sum(map(width_of, named)) + GAP * (len(named) - 1)
    fitting = 0
    for column in table.columns[-columns:]:
        used += GAP + width_of(column)
        if used > width:
            break
        fitting += 1
    return min(fitting, columns - 1)
