"""Which implementation of a cell is the fastest here: measured once on this machine, remembered,
shown in the row."""

import statistics
from pathlib import Path

import msgspec
from msgspec import Struct

from rnnbench import environment
from rnnbench.archives import home
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import FASTEST
from rnnbench.errors import RnnbenchError
from rnnbench.executors.local import run_one
from rnnbench.records import CellUse, CostTrial, Result, Shape, Suite, TimeRow
from rnnbench.sources import digest, sources_of
from rnnbench.store import write_atomically

REPEATS = 15
LIMIT_SECONDS = 900.0
"""Compiling takes up to minutes on a busy machine."""


class Terms(Struct, frozen=True):
    """Under what it is measured: what is fastest on one thread, or on one device, need not be so on
    another."""

    shape: Shape
    threads: int
    device: str


class Measured(Struct, frozen=True):
    """What a measurement found: milliseconds of a training step by implementation, and why others
    have none."""

    fastest: str
    milliseconds: dict[str, float]
    problem: str = ""


def settle_fastest(suite: Suite, catalogue: Catalogue) -> Suite:
    """The suite, in which each cell that asks for its fastest implementation has it, by name and in
    its label.

    Measured are training steps at the first shape of the suite's cost trials, or the default one,
    on the suite's device and as many threads as its cost trials have (its others, where it has
    none). Raises RnnbenchError where none of a cell's implementations can be measured.
    """
    shape, threads = (
        (suite.cost.shapes[0], suite.cost.threads) if suite.cost else (Shape(), suite.threads)
    )
    terms = Terms(shape, threads, suite.device)
    cells = tuple(
        _settled(cell, terms, catalogue) if cell.implementation == FASTEST else cell
        for cell in suite.cells
    )
    names = {old.row: new.row for old, new in zip(suite.cells, cells, strict=True)}
    cost = suite.cost
    if cost is not None:
        renamed = (msgspec.structs.replace(out, row=names[out.row]) for out in cost.left_out)
        cost = msgspec.structs.replace(cost, left_out=tuple(renamed))
    return msgspec.structs.replace(suite, cells=cells, cost=cost)


def _settled(cell: CellUse, terms: Terms, catalogue: Catalogue) -> CellUse:
    place = _place(cell, terms, catalogue)
    if place.is_file():
        found = msgspec.json.decode(place.read_bytes(), type=Measured)
    else:
        found = measure(cell, terms, catalogue)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, msgspec.json.encode(found))
    label = f"{cell.row.replace(f'({FASTEST})', '').strip()} (fastest: {found.fastest})"
    return msgspec.structs.replace(cell, implementation=found.fastest, label=label)


def measure(cell: CellUse, terms: Terms, catalogue: Catalogue) -> Measured:
    """All implementations side by side in one process."""
    names = catalogue.cells[cell.name].item.implementations
    candidates = tuple(
        msgspec.structs.replace(cell, implementation=name, label=name) for name in names
    )
    result: Result = run_one(
        CostTrial(
            suite="fastest",
            suite_version=1,
            cells=candidates,
            measurement="train-step-time",
            shape=terms.shape,
            repeats=REPEATS,
            round=0,
            limit_seconds=LIMIT_SECONDS,
            threads=terms.threads,
            device=terms.device,
        )
    )
    rows = [row for row in result.costs if isinstance(row, TimeRow)]
    if not rows:
        raise RnnbenchError(
            f"{cell.name}: none of its implementations could be measured: {result.reason}"
        )
    ratios = {row.row: row.log_ratio_to_reference_cell for row in rows}
    times = {row.row: round(1e3 * statistics.median(_seconds(row, terms)), 3) for row in rows}
    problem = "; ".join(f"{row}: {reason}" for row, reason in result.absent.items())
    return Measured(min(ratios, key=ratios.__getitem__), times, problem)


def _seconds(row: TimeRow, terms: Terms) -> tuple[float, ...]:
    """By the clock that is primary there."""
    return row.cpu_seconds if terms.threads == 1 else row.wall_seconds


def _place(cell: CellUse, terms: Terms, catalogue: Catalogue) -> Path:
    """Where it is remembered: for this cell and source, under these terms, on this machine with
    these versions."""
    contribution = catalogue.cells[cell.name]
    source = sources_of(
        contribution.item.build, contribution.plugin.distribution, contribution.plugin.module
    ).modules
    bare = msgspec.structs.replace(cell, implementation=FASTEST, label="")
    key = (bare, terms, source, environment.machine(), environment.versions())
    return (
        home() / "fastest" / f"{cell.name}-{digest(msgspec.json.encode(key, order='sorted'))}.json"
    )
