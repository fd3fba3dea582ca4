"""The folder of a run for notebooks: every kind of figure and of failure, and its JSON as it stands
there."""

import json
from itertools import product
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from rnnbench.executors.running import without_run
from rnnbench.records import (
    CellUse,
    CostFigure,
    InstructionsRow,
    Measurement,
    MemoryRow,
    OperationsRow,
    Result,
    TimelineRow,
)
from tests.builders.findings import cost_result, learned, searched
from tests.builders.gate import KEPT, written
from tests.builders.records import COST, learning_trial

Stored = dict[str, Any]
GRU: dict[str, Any] = {"row": "gru", "kernel": "k", "parameters": 9}


def rich_results() -> list[Result]:
    """Cells that learn, do not, are searched and fail; every kind of cost; a cost trial that lost a
    cell."""
    made = [
        learned("gru", seed, 2, dials={"horizon": horizon})
        for seed, horizon in product((0, 1), (10, 20))
    ]
    made += [learned("<b>lstm</b>", seed, None) for seed in (0, 1)]
    made += [searched("gru", rate, 0, 1, test=rate) for rate in (0.001, 0.01)]
    made.append(without_run(learning_trial(seed=9), "error", "ValueError: no such luck"))
    lost = cost_result(1, 0.2)
    made += [cost_result(0, 0.1), replace(lost, costs=lost.costs[:1], absent={"lstm": "it raised"})]
    made.append(without_run(replace(COST, round=2), "timeout", "longer than 300 s"))
    return [*made, *map(measured, ROWS)]


ROWS: tuple[tuple[Measurement, CostFigure], ...] = (
    (
        "peak-memory",
        MemoryRow(
            **GRU, parameter_bytes=36, peak_bytes=None, meter="none on this system", saved_bytes=1
        ),
    ),
    ("operations", OperationsRow(**GRU, flops=1_000_000, form="eager")),
    (
        "memory-timeline",
        TimelineRow(**GRU, seconds=(0.0, 0.1, 0.2), bytes=(0, 1 << 20, 5), meter="m"),
    ),
    ("instructions", InstructionsRow(**GRU, instructions=12345)),
)


def measured(row: tuple[Measurement, CostFigure]) -> Result:
    """A cost trial of one cell, whose option was set, that gave this row."""
    cell = CellUse(name="gru", options={"bias": False})
    trial = replace(COST, measurement=row[0], cells=(cell,))
    return replace(without_run(trial, "ok", ""), costs=(row[1],))


def folders(place: Path) -> list[Path]:
    """Two runs: the smoke suite as it was measured, and one that was made up."""
    return [written(place / "smoke", KEPT), written(place / "rich", rich_results())]


def stored(folder: Path) -> dict[str, Stored]:
    """What stands in each file of a run, read as plain JSON, by the id of the trial."""
    return {
        path.stem: json.loads(path.read_text())
        for path in sorted((folder / "trials").glob("*.json"))
    }
