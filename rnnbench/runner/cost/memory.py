"""Memory of a training step: its peak, the bytes of state and saved tensors, and its timeline."""

from collections.abc import Iterable

import torch
from msgspec.structs import replace
from torch import Tensor

from rnnbench.catalogue import Catalogue
from rnnbench.meters import (
    PeakMeter,
    SavedMeter,
    allocated_bytes,
    kernel_name,
    peak_allocated_bytes,
    prepare_allocator,
    watch_memory,
)
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, MemoryRow, TimelineRow
from rnnbench.runner.cost.subjects import Bench, TrainStep
from rnnbench.state import tensors_of


def peak_memory(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> MemoryRow:
    """Return the peak memory of the second training step, over a baseline before the cell is built.

    Before that, the reference cell and a first copy of the cell run a training step, so that
    libraries are loaded. The reference cell gets two steps of a sequence only: over all of them it
    may need more memory than the cell.
    """
    prepare_allocator()
    _warm_up(trial, cell, catalogue)
    meter = PeakMeter(trial.device)
    meter.baseline()
    step = TrainStep(Bench.of_cell(trial, cell, catalogue))
    step()
    meter.reset()
    step()
    peak = meter.peak_bytes()
    bench = step.bench
    row = MemoryRow(
        row=cell.row,
        kernel=kernel_name(bench.cell, bench.x_BT),
        parameters=count_parameters(bench.cell),
        parameter_bytes=_bytes_of(bench.cell.parameters()),
        state_bytes=_state_bytes(bench),
        saved_bytes=_saved_bytes(bench),
        allocated_bytes=allocated_bytes(step, trial.device),
        peak_bytes=peak,
        meter=meter.name,
    )
    if trial.device == "cuda":
        return row
    del step, bench  # two models at once may be more than the trial's limit of memory
    at_once = peak_allocated_bytes(lambda: TrainStep(Bench.of_cell(trial, cell, catalogue)))
    return replace(row, peak_allocated_bytes=at_once)


def _warm_up(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> None:
    reference = Bench.of_reference_cell(_with_two_steps(trial))
    first_copy = Bench.of_cell(trial, cell, catalogue)
    TrainStep(reference)()
    TrainStep(first_copy)()


def _with_two_steps(trial: CostTrial) -> CostTrial:
    return replace(trial, shape=replace(trial.shape, steps=min(2, trial.shape.steps)))


def _state_bytes(bench: Bench) -> int:
    with torch.no_grad():
        _, state = bench.cell(bench.x_BT)
    return _bytes_of(tensors_of(state))


def _bytes_of(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _saved_bytes(bench: Bench) -> int:
    meter = SavedMeter(bench.cell.parameters())
    with meter.watching():
        bench.cell(bench.x_BT)
    return meter.bytes


def timeline(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> TimelineRow:
    """Return the resident memory over time while a cell is built and takes some training steps.

    They run in a fork of this process, after a step of the reference cell that loads libraries.
    Torch must not have run in this process before, since a fork does not have its threads.
    """
    prepare_allocator()

    def prepare() -> None:
        TrainStep(Bench.of_reference_cell(_with_two_steps(trial)))()

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
