"""Checks the laws of cells for a run: outcomes are kept, third-party cells are checked once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from rnnbench import environment
from rnnbench.archives import home
from rnnbench.catalogue import Catalogue, Contribution
from rnnbench.contracts import CellSpec
from rnnbench.errors import RnnbenchError
from rnnbench.executors.checking import Checking
from rnnbench.hooks import GROUP
from rnnbench.records import CheckRequest, Outcome
from rnnbench.sources import digest, sources_of
from rnnbench.store import keep_outcomes, kept_outcomes

LIMIT_SECONDS = 120.0
"""The time limit for a cell that is checked as part of a run; laws undecided by then stay open."""
SLOW = "compiled"
"""An implementation that takes minutes to compile; it is not checked here."""
LAWS = 3
"""The number of the set of laws; cells are checked again under another set. 1: the first twelve.
2: with `isolated`. 3: near the initial weights equal figures are within 1e-11."""


def source_of(cell: Contribution[CellSpec]) -> str:
    """A hash of the code that defines a cell and of the laws, under which outcomes are kept."""
    sources = sources_of(cell.item.build, cell.plugin.distribution, cell.plugin.module)
    known = (cell.plugin.origin, sources.modules, environment.versions(), LAWS)
    return digest(msgspec.json.encode(known, order="sorted"))


def remember(cell: Contribution[CellSpec], outcomes: Sequence[Outcome]) -> None:
    """Keep the outcomes of a cell with its default options for later runs.

    Nothing is kept if a law is undecided, since a time limit exceeded on a busy machine is no
    property of the cell. A file that cannot be written only means that the cell is checked again.
    """
    if not all(outcome.decided for outcome in outcomes):
        return
    with suppress(OSError):
        keep_outcomes(_file_of(cell), outcomes)


def remembered(cell: Contribution[CellSpec]) -> tuple[Outcome, ...] | None:
    """The kept outcomes of a cell with its current source; None if it was not checked."""
    return kept_outcomes(_file_of(cell))


def _file_of(cell: Contribution[CellSpec]) -> Path:
    return home() / "checks" / f"{cell.item.name}-{source_of(cell)}.json"


def check_strangers(
    names: Sequence[str], catalogue: Catalogue, watch: Callable[[str], None]
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Return the outcomes of these cells, and notices on checks that failed to run.

    Outcomes that are kept are reused. Cells of other distributions without any are checked now.

    watch: called with the name of each cell that is checked now.
    """
    outcomes: list[Outcome] = []
    notices: list[str] = []
    for name in dict.fromkeys(names):
        cell = catalogue.cells[name]
        cell_outcomes = remembered(cell)
        if cell_outcomes is None and cell.plugin.distribution != GROUP:
            watch(name)
            try:
                cell_outcomes = tuple(_check(cell))
            except (RnnbenchError, OSError) as error:
                notices.append(f"'{name}' was not checked: {error}")
                continue
            remember(cell, cell_outcomes)
        outcomes += cell_outcomes or ()
    return tuple(outcomes), tuple(notices)


def _check(cell: Contribution[CellSpec]) -> list[Outcome]:
    spec = cell.item
    skip = tuple(name for name in spec.implementations if name == SLOW)
    request = CheckRequest(subject=spec.name, kind="cell", name=spec.name, skip=skip)
    return list(Checking(request, cell.plugin, LIMIT_SECONDS).outcomes())
