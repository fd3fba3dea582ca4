"""Instructions of training steps: the cells of a trial in a program of their own that runs under
valgrind."""

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
from rnnbench.records import CostTrial, InstructionsRow, Result, encode
from rnnbench.runner.cost.guests import refuse_effects, watched
from rnnbench.runner.cost.subjects import Bench, TrainStep
from rnnbench.runner.failures import Failure, failure, with_absent
from rnnbench.runner.imports import Imports
from rnnbench.runner.watch import TorchWatch

WARM_UP_STEPS = 2
PROGRAM = "import sys; from rnnbench.runner.cost.instructions import main; main(*sys.argv[1:])"


class CountedCells(Struct, frozen=True):
    """What the program says of its cells: whose step was counted, in their order, and what others
    raised."""

    counted: tuple[str, ...]
    failures: dict[str, Failure]


def instructions(trial: CostTrial, catalogue: Catalogue, bare: Result) -> Result:
    """A row for each cell that takes its steps. Raises DataUnavailable without valgrind."""
    if reason := no_valgrind():
        raise DataUnavailable(reason)
    trial = replace(trial, device="cpu")
    with TemporaryDirectory(prefix="rnnbench-counted-", dir=Path.cwd()) as folder:
        order, told = Path(folder) / "trial.json", Path(folder) / "told.json"
        order.write_bytes(msgspec.json.encode((trial, catalogue.needed(trial))))
        counts = count_calls(python("-c", PROGRAM, str(order), str(told)))
        said = msgspec.json.decode(told.read_bytes(), type=CountedCells)
    by_row = dict(zip(said.counted, counts, strict=True))
    rows, failures = [], dict(said.failures)
    for cell in trial.cells:
        if cell.row in failures:
            continue
        try:
            bench = Bench.of_cell(trial, cell, catalogue)
            parameters, kernel = count_parameters(bench.cell), kernel_name(bench.cell, bench.x_BT)
        except Exception as error:
            failures[cell.row] = failure(error)
            continue
        count = by_row[cell.row]
        rows.append(
            InstructionsRow(row=cell.row, kernel=kernel, parameters=parameters, instructions=count)
        )
    return with_absent(replace(bare, costs=tuple(rows)), failures)


def main(order: str, told: str) -> None:
    """What runs under valgrind: one training step of each cell is counted, in their order, after
    some that are not."""
    trial, plugins = msgspec.json.decode(
        Path(order).read_bytes(), type=tuple[CostTrial, tuple[Plugin, ...]]
    )
    watch = TorchWatch()
    catalogue = Catalogue.load(plugins, watch.imported)
    watch.unpatch()
    catalogue = watched(trial, catalogue, watch, Imports())
    begun: list[str] = []
    failures: dict[str, Failure] = {}
    for cell in trial.cells:
        try:
            step = TrainStep(Bench.of_cell(trial, cell, catalogue))
            for _ in range(WARM_UP_STEPS):
                step()
            refuse_effects(watch, cell.row)
            gc.collect()
            gc.disable()
            begun.append(cell.row)  # from here on there will be a count, whatever becomes of it
            counted(step)
        except Exception as error:
            failures[cell.row] = failure(error)
        finally:
            gc.enable()
    Path(told).write_bytes(encode(CountedCells(tuple(begun), failures)))
