"""Checks of cells around a run: what was checked here is remembered, and cells of strangers are
checked once."""

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
"""For a cell that is checked because it is part of a run; what is not decided by then is left
open."""
SLOW = "compiled"
"""An implementation that takes minutes to compile; it is not compared here."""
LAWS = 3
"""Number of the set of laws; outcomes of another one are asked again. 1: the first twelve. 2: with
`isolated`. 3: near the initial weights equal figures are within 1e-11."""


def source_of(cell: Contribution[CellSpec]) -> str:
    """A hash of the code that defines a cell, and of the laws: outcomes are kept under it."""
    sources = sources_of(cell.item.build, cell.plugin.distribution, cell.plugin.module)
    known = (cell.plugin.origin, sources.modules, environment.versions(), LAWS)
    return digest(msgspec.json.encode(known, order="sorted"))


def remember(cell: Contribution[CellSpec], outcomes: Sequence[Outcome]) -> None:
    """Keep the outcomes of a cell with its default options for later runs. What cannot be kept is
    asked again.

    Nothing is kept where a law was not decided: a limit that was met on a busy day is no property
    of the cell.
    """
    if not all(outcome.decided for outcome in outcomes):
        return
    with suppress(OSError):
        keep_outcomes(_file_of(cell), outcomes)


def remembered(cell: Contribution[CellSpec]) -> tuple[Outcome, ...] | None:
    """The outcomes of a cell as its source is now; None where it was not checked."""
    return kept_outcomes(_file_of(cell))


def _file_of(cell: Contribution[CellSpec]) -> Path:
    return home() / "checks" / f"{cell.item.name}-{source_of(cell)}.json"


def check_strangers(
    names: Sequence[str], catalogue: Catalogue, watch: Callable[[str], None]
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Outcomes of these cells: those that are remembered, and those of cells from other
    distributions, which are checked now where they were not; and notices, where a check could not
    be had.

    watch: called with the name of each cell that is checked now.
    """
    outcomes: list[Outcome] = []
    notices: list[str] = []
    for name in dict.fromkeys(names):
        cell = catalogue.cells[name]
        found = remembered(cell)
        if found is None and cell.plugin.distribution != GROUP:
            watch(name)
            try:
                found = tuple(_check(cell))
            except (RnnbenchError, OSError) as error:
                notices.append(f"'{name}' was not checked: {error}")
                continue
            remember(cell, found)
        outcomes += found or ()
    return tuple(outcomes), tuple(notices)


def _check(cell: Contribution[CellSpec]) -> list[Outcome]:
    spec = cell.item
    skip = tuple(name for name in spec.implementations if name == SLOW)
    request = CheckRequest(subject=spec.name, kind="cell", name=spec.name, skip=skip)
    return list(Checking(request, cell.plugin, LIMIT_SECONDS).outcomes())
