"""Resolves the cells of a suite, of which each has a row of its own."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT, FASTEST
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import CellUse
from rnnbench.suite.uses import cell_use


def chosen_cells(
    names: Sequence[str],
    entries: Sequence[str | CellUse],
    where: str,
    catalogue: Catalogue,
) -> tuple[CellUse, ...]:
    """Return the cells of these names, with the options that the suite sets where it has a row of
    the name; without names, the cells of the suite. Raises UnknownName."""
    if not names:
        return resolve_cells(entries, where, catalogue)
    rows = dict(_rows(entries, where, catalogue))
    return tuple(rows.get(name) or cell_use(name, catalogue, f"{where}: cells") for name in names)


def _rows(
    entries: Iterable[str | CellUse], where: str, catalogue: Catalogue
) -> Iterator[tuple[str, CellUse]]:
    """Yield the cells of a suite's file that are installed."""
    for entry in entries:
        with suppress(UnknownName):
            use = cell_use(entry, catalogue, f"{where}: cells")
            yield use.row, use


def resolve_cells(
    entries: Iterable[str | CellUse], where: str, catalogue: Catalogue
) -> tuple[CellUse, ...]:
    """Return the cells of a suite's file. Raises UnknownName."""
    return tuple(cell_use(entry, catalogue, f"{where}: cells") for entry in entries)


def refuse_twins(cells: tuple[CellUse, ...], where: str) -> None:
    """Raise RnnbenchError where two cells would have the same row."""
    rows = [cell.row for cell in cells]
    for row in rows:
        if rows.count(row) > 1:
            raise RnnbenchError(
                f"{where}: cells: '{row}' is listed twice; give one of them another `label`"
            )


def by_the_fastest(cells: tuple[CellUse, ...], catalogue: Catalogue) -> tuple[CellUse, ...]:
    """Return the cells with a request for the fastest implementation where a cell has several and
    names none."""
    asked = []
    for cell in cells:
        has_several = len(catalogue.cells[cell.name].item.implementations) > 1
        is_open = cell.implementation == DEFAULT and has_several
        asked.append(replace(cell, implementation=FASTEST) if is_open else cell)
    return tuple(asked)
