"""Measures a training step of the cells that may be tried, at the shape of a user's data."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.executors.local import run_one
from rnnbench.records import CellUse, CostTrial, Shape, TimeRow
from rnnbench.suite import read_suite
from rnnbench.suite.uses import cell_use
from rnnbench.tryout.records import StepTimes

CLASSIC_SUITE = "quick"
"""The suite whose cells are tried on every file."""
CHEAPEST = 2
"""How many cells are tried beside them."""
REPEATS = 3
LIMIT_SECONDS = 120.0
MOST_STEPS = 128
"""Steps of time; measuring longer ones would take the minutes that trainings need."""


def classic_cells(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the cells that are tried on every file, those of the first suite that anybody runs."""
    return tuple(cell.name for cell in read_suite(CLASSIC_SUITE, catalogue).cells)


def candidates(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the cells that may be tried unasked: the classic ones, and those of the same plugin
    that compute their steps by a scan.

    Cells that go step by step in Python take several times as long, so that none of them is among
    the cheapest, and timing all of them would take minutes.
    """
    classic = classic_cells(catalogue)
    plugin = catalogue.cells[classic[0]].plugin
    scans = []
    for name, contribution in catalogue.cells.items():
        spec = contribution.item
        ours = contribution.plugin == plugin
        if ours and spec.parallel == "scan" and spec.inputs == "features":
            scans.append(name)
    return (*classic, *(name for name in scans if name not in classic))


def measure_steps(names: Sequence[str], shape: Shape, catalogue: Catalogue) -> StepTimes:
    """Time the cells side by side, in a process of their own.

    A step of more than `MOST_STEPS` steps of time is reckoned from one of so many. Raises
    UnknownName for a cell that is not installed.
    """
    uses = tuple(cell_use(name, catalogue, "try") for name in names)
    longer = max(1.0, shape.steps / MOST_STEPS)
    result = run_one(_trial(uses, replace(shape, steps=min(shape.steps, MOST_STEPS))))
    rows = [row for row in result.costs if isinstance(row, TimeRow)]
    seconds = {row.row: float(np.median(row.cpu_seconds)) * longer for row in rows}
    slowdowns = [np.median(row.wall_seconds) / np.median(row.cpu_seconds) for row in rows]
    slowdown = max(1.0, float(np.median(slowdowns))) if rows else 1.0
    absent = dict(result.absent)
    for use in uses:
        if use.row not in seconds:
            absent.setdefault(use.row, result.reason or result.status)
    return StepTimes(seconds=seconds, slowdown=slowdown, absent=absent)


def _trial(uses: tuple[CellUse, ...], shape: Shape) -> CostTrial:
    return CostTrial(
        suite="try",
        suite_version=1,
        cells=uses,
        measurement="train-step-time",
        shape=shape,
        repeats=REPEATS,
        round=0,
        limit_seconds=LIMIT_SECONDS,
    )


def chosen(times: StepTimes, classic: Sequence[str]) -> tuple[str, ...]:
    """Return the classic cells that could be timed, and the two of the others with the shortest
    training step."""
    first = [name for name in classic if name in times.seconds]
    others = [name for name in times.seconds if name not in classic]
    cheapest = sorted(others, key=times.seconds.__getitem__)[:CHEAPEST]
    return (*first, *cheapest)
