"""What tables and figures call cells."""

from collections.abc import Iterable

from rnnbench.records import CellUse, canonical


def rows(cells: Iterable[CellUse]) -> dict[bytes, str]:
    """A row for each different cell, by its canonical form; cells of one label get told apart."""
    different = {canonical(cell): cell for cell in cells}
    labels = [cell.row for cell in different.values()]
    return {
        key: cell.row if labels.count(cell.row) == 1 else in_full(cell)
        for key, cell in different.items()
    }


def in_full(cell: CellUse) -> str:
    options = [f"{option}={value}" for option, value in sorted(cell.options.items())]
    return " ".join([f"{cell.row}:", cell.name, *options, cell.implementation])
