"""The names of cells in tables and figures."""

from collections.abc import Iterable

from rnnbench.records import CellUse, canonical


def rows(cells: Iterable[CellUse]) -> dict[bytes, str]:
    """Return a row for each different cell, by the cell's canonical form.

    Cells with the same label are named in full.
    """
    different = {canonical(cell): cell for cell in cells}
    labels = [cell.row for cell in different.values()]
    named = {}
    for key, cell in different.items():
        is_unique = labels.count(cell.row) == 1
        named[key] = cell.row if is_unique else in_full(cell)
    return named


def in_full(cell: CellUse) -> str:
    """Return the label of a cell with its name, options and implementation."""
    options = [f"{option}={value}" for option, value in sorted(cell.options.items())]
    return " ".join([f"{cell.row}:", cell.name, *options, cell.implementation])
