"""Instructions of training steps, counted in a program of its own that runs under valgrind."""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.errors import DataUnavailable
from rnnbench.interpreter import python
from rnnbench.meters import count_calls, counted, kernel_name, no_valgrind
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, InstructionsRow, Result, encode
from rnnbench.runner.cost.guests import refuse_effects, watched
from rnnbench.runner.cost.subjects import Bench, TrainStep
from rnnbench.runner.failures import Failure, failure, with_absent
from rnnbench.runner.imports import Imports
from rnnbench.runner.watch import TorchWatch

WARM_UP_STEPS = 2
PROGRAM = "import sys; from rnnbench.runner.cost.instructions import main; main(*sys.argv[1:])"


class CountedCells(Struct, frozen=True):
    """What the program reports of its cells.

    counted:  the rows whose step was counted, in the order of the counts.
    failures: what cells raised, by row.
    """

    counted: tuple[str, ...]
    failures: dict[str, Failure]


def instructions(trial: CostTrial, catalogue: Catalogue, bare: Result) -> Result:
    """Return a result with a row for each cell that runs its steps.

    Raises DataUnavailable where valgrind cannot be used.
    """
    if reason := no_valgrind():
        raise DataUnavailable(reason)
    trial = replace(trial, device="cpu")
    with TemporaryDirectory(prefix="rnnbench-counted-", dir=Path.cwd()) as folder:
        request = Path(folder) / "trial.json"
        report = Path(folder) / "report.json"
        request.write_bytes(msgspec.json.encode((trial, catalogue.needed(trial))))
        counts = count_calls(python("-c", PROGRAM, str(request), str(report)))
        cells = msgspec.json.decode(report.read_bytes(), type=CountedCells)
    counts_by_row = dict(zip(cells.counted, counts, strict=True))
    failures = dict(cells.failures)
    rows = []
    for cell in trial.cells:
        if cell.row in failures:
            continue
        count = counts_by_row[cell.row]
        try:
            rows.append(_row(trial, cell, catalogue, count))
        except Exception as error:
            failures[cell.row] = failure(error)
    return with_absent(replace(bare, costs=tuple(rows)), failures)


def _row(trial: CostTrial, cell: CellUse, catalogue: Catalogue, count: int) -> InstructionsRow:
    bench = Bench.of_cell(trial, cell, catalogue)
    return InstructionsRow(
        row=cell.row,
        parameters=count_parameters(bench.cell),
        kernel=kernel_name(bench.cell, bench.x_BT),
        instructions=count,
    )


def main(request: str, report: str) -> None:
    """Run the program under valgrind: one training step of each cell is counted, after a warm-up.

    request: the path of the trial and its plugins, as JSON.
    report:  the path to which the counted cells are written, as JSON.
    """
    trial, plugins = msgspec.json.decode(
        Path(request).read_bytes(), type=tuple[CostTrial, tuple[Plugin, ...]]
    )
    watch = TorchWatch()
    catalogue = Catalogue.load(plugins, watch.imported)
    watch.unpatch()
    catalogue = watched(trial, catalogue, watch, Imports())
    started: list[str] = []
    failures: dict[str, Failure] = {}
    for cell in trial.cells:
        try:
            step = TrainStep(Bench.of_cell(trial, cell, catalogue))
            for _ in range(WARM_UP_STEPS):
                step()
            refuse_effects(watch, cell.row)
            gc.collect()
            gc.disable()
            started.append(cell.row)  # a step that raises has a count too
            counted(step)
        except Exception as error:
            failures[cell.row] = failure(error)
        finally:
            gc.enable()
    Path(report).write_bytes(encode(CountedCells(tuple(started), failures)))
