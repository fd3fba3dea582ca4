"""Memory of a training step: its peak, what is carried and saved, and how it goes over time."""

import torch
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.meters import PeakMeter, SavedMeter, kernel_name, prepare_allocator, watch_memory
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, MemoryRow, TimelineRow
from rnnbench.runner.cost.subjects import Bench, TrainStep
from rnnbench.state import tensors_of


def peak_memory(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> MemoryRow:
    """Peak growth over one steady step, from a baseline taken before the cell was built.

    The reference cell, over two steps (what it would take over all is no limit of the cell's), and
    a first copy of the cell take a training step before that, so that libraries are warm.
    """
    prepare_allocator()
    for warm_up in (Bench.of_reference_cell(_short(trial)), Bench.of_cell(trial, cell, catalogue)):
        TrainStep(warm_up)()
    del warm_up
    meter = PeakMeter(trial.device)
    meter.baseline()
    step = TrainStep(Bench.of_cell(trial, cell, catalogue))
    step()
    meter.reset()
    step()
    peak = meter.peak_bytes()
    bench = step.bench
    return MemoryRow(
        row=cell.row,
        kernel=kernel_name(bench.cell, bench.x_BT),
        parameters=count_parameters(bench.cell),
        parameter_bytes=sum(p.numel() * p.element_size() for p in bench.cell.parameters()),
        state_bytes=_state_bytes(bench),
        saved_bytes=_saved_bytes(bench),
        peak_bytes=peak,
        meter=meter.name,
    )


def _short(trial: CostTrial) -> CostTrial:
    return replace(trial, shape=replace(trial.shape, steps=min(2, trial.shape.steps)))


def _state_bytes(bench: Bench) -> int:
    with torch.no_grad():
        _, state = bench.cell(bench.x_BT)
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors_of(state))


def _saved_bytes(bench: Bench) -> int:
    meter = SavedMeter(bench.cell.parameters())
    with meter.watching():
        bench.cell(bench.x_BT)
    return meter.bytes


def timeline(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> TimelineRow:
    """Resident memory while a cell is built and takes some training steps, after the reference cell
    has warmed libraries up.

    Nothing has run in this process before it is forked: threads that torch had started would not be
    in the fork.
    """
    prepare_allocator()

    def prepare() -> None:
        TrainStep(Bench.of_reference_cell(_short(trial)))()

    def work() -> None:
        step = TrainStep(Bench.of_cell(trial, cell, catalogue))
        for _ in range(trial.repeats):
            step()

    seconds, resident = watch_memory(prepare, work)
    bench = Bench.of_cell(trial, cell, catalogue)
    return TimelineRow(
        row=cell.row,
        kernel=kernel_name(bench.cell, bench.x_BT),
        parameters=count_parameters(bench.cell),
        seconds=seconds,
        bytes=resident,
        meter="memory-profiler, resident set",
    )
