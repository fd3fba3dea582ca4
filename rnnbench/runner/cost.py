"""A cost trial: training steps of bare cells, beside a ruler, in a process that has the machine to itself."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.errors import Refused
from rnnbench.meters import PeakMeter, kernel_name, pin_to_one_core, prepare_allocator, time_side_by_side
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, MemoryRow, Result, Shape, TimeRow

RULER = "ruler"
TINY = Shape(steps=2, batch=2, hidden=8, inputs=8)
BuildSized = Callable[[int, int], nn.Module]


def run_cost(trial: CostTrial, catalogue: Catalogue, bare: Result) -> Result:
    """The result of a cost trial: a row for each of its cells. Raises what the cells raise."""
    if trial.device != "cpu":
        raise Refused(f"cost figures are measured on the cpu, not on {trial.device}")
    pin_to_one_core(trial.round)
    if trial.measurement == "peak-memory":
        costs: tuple[TimeRow | MemoryRow, ...] = tuple(_memory(trial, cell, catalogue) for cell in trial.cells)
    else:
        costs = _times(trial, catalogue)
    return msgspec.structs.replace(bare, costs=costs)


@dataclass
class _Subject:
    """A bare cell with its optimiser and one batch of noise; calling it takes one training step."""

    cell: nn.Module
    optimiser: torch.optim.Optimizer
    x_BTI: Tensor
    direction_BTH: Tensor | None = None

    @classmethod
    def build(cls, build: BuildSized, shape: Shape, seed: int) -> "_Subject":
        torch.manual_seed(seed)
        cell = build(shape.inputs, shape.hidden)
        x_BTI = torch.randn(shape.batch, shape.steps, shape.inputs)
        return cls(cell, torch.optim.Adam(cell.parameters()), x_BTI)

    def __call__(self) -> None:
        """Forward, backward from a random projection of all outputs (drawn at the first call), optimiser."""
        self.optimiser.zero_grad()
        y_BTH, _ = self.cell(self.x_BTI)
        if self.direction_BTH is None:
            self.direction_BTH = torch.randn_like(y_BTH)
        (y_BTH * self.direction_BTH).mean().backward()
        self.optimiser.step()


def _ruler(inputs: int, hidden: int) -> nn.Module:
    return nn.LSTM(inputs, hidden, batch_first=True)


def _builder(cell: CellUse, catalogue: Catalogue) -> BuildSized:
    build = catalogue.cells[cell.name].item.load()
    return lambda inputs, hidden: build(inputs, hidden, **cell.options)


def _times(trial: CostTrial, catalogue: Catalogue) -> tuple[TimeRow, ...]:
    rng = seeds.generator(trial.round, "cost", "order")
    builders = {RULER: _ruler, **{f"cell {cell.row}": _builder(cell, catalogue) for cell in trial.cells}}
    names = list(builders)
    subjects = {}
    for position in rng.permutation(len(names)):
        name = names[position]
        subjects[name] = _Subject.build(builders[name], trial.shape, seeds.integer(trial.round, "weights"))
    timings = time_side_by_side(subjects, trial.repeats, rng)
    ruler = np.log(timings[RULER].cpu_seconds)
    rows = []
    for cell in trial.cells:
        subject, timing = subjects[f"cell {cell.row}"], timings[f"cell {cell.row}"]
        rows.append(
            TimeRow(
                row=cell.row,
                kernel=kernel_name(subject.cell, subject.x_BTI),
                parameters=count_parameters(subject.cell),
                cpu_seconds=tuple(timing.cpu_seconds),
                wall_seconds=tuple(timing.wall_seconds),
                log_ratio_to_ruler=float(np.median(np.log(timing.cpu_seconds) - ruler)),
                first_call_seconds=timing.first_call_seconds,
            )
        )
    return tuple(rows)


def _memory(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> MemoryRow:
    """Peak growth over one steady step, from a baseline taken before the cell was built, libraries warm."""
    prepare_allocator()
    build, seed = _builder(cell, catalogue), seeds.integer(trial.round, "weights")
    for warm_up in (_ruler, build):
        _Subject.build(warm_up, TINY, seed)()
    meter = PeakMeter()
    meter.baseline()
    subject = _Subject.build(build, trial.shape, seed)
    subject()
    meter.reset()
    subject()
    peak = meter.peak_bytes()
    return MemoryRow(
        row=cell.row,
        kernel=kernel_name(subject.cell, subject.x_BTI),
        parameters=count_parameters(subject.cell),
        parameter_bytes=sum(p.numel() * p.element_size() for p in subject.cell.parameters()),
        peak_bytes=peak,
        meter=meter.name,
    )
