"""Instructions of training steps: the cells of a trial in a program of their own that runs under valgrind."""

import gc
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import torch
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.meters import count_calls, counted, kernel_name, no_valgrind
from rnnbench.model import count_parameters
from rnnbench.records import CostTrial, InstructionsRow
from rnnbench.runner.cost.subjects import Bench, TrainStep

WARM_UP_STEPS = 2
PROGRAM = "import sys; from rnnbench.runner.cost.instructions import main; main(*sys.argv[1:])"


def instructions(trial: CostTrial, catalogue: Catalogue) -> tuple[InstructionsRow, ...]:
    """A row for each cell. Raises DataUnavailable without valgrind."""
    if reason := no_valgrind():
        raise DataUnavailable(reason)
    trial = replace(trial, device="cpu")
    with TemporaryDirectory(prefix="rnnbench-counted-") as folder:
        order = Path(folder) / "trial.json"
        order.write_bytes(msgspec.json.encode(trial))
        counts = count_calls([sys.executable, "-c", PROGRAM, str(order)])
    rows = []
    for cell, count in zip(trial.cells, counts, strict=True):
        bench = Bench.of_cell(trial, cell, catalogue)
        parameters, kernel = count_parameters(bench.cell), kernel_name(bench.cell, bench.x_BT)
        rows.append(InstructionsRow(row=cell.row, kernel=kernel, parameters=parameters, instructions=count))
    return tuple(rows)


def main(order: str) -> None:
    """What runs under valgrind: one training step of each cell is counted, in their order, after some that are not."""
    trial = msgspec.json.decode(Path(order).read_bytes(), type=CostTrial)
    torch.set_num_threads(1)
    catalogue = Catalogue.load()
    for cell in trial.cells:
        step = TrainStep(Bench.of_cell(trial, cell, catalogue))
        for _ in range(WARM_UP_STEPS):
            step()
        gc.collect()
        gc.disable()
        counted(step)
        gc.enable()
