"""A cost trial: training steps of bare cells, beside a ruler, in a process that has the machine to itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor, nn

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.errors import CellContractError, Refused
from rnnbench.meters import PeakMeter, kernel_name, pin_to_one_core, prepare_allocator, seconds_of, time_side_by_side
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, MemoryRow, Result, Shape, TimeRow

RULER = "ruler"
ALIKE = 1e-3
"""How far outputs of two implementations may be apart in float32."""
BuildSized = Callable[[int, int], nn.Module]


def run_cost(trial: CostTrial, catalogue: Catalogue, bare: Result) -> Result:
    """The result of a cost trial: a row for each of its cells. Raises what the cells raise."""
    if trial.device != "cpu":
        raise Refused(f"cost figures are measured on the cpu, not on {trial.device}")
    pin_to_one_core(trial.round)
    if trial.measurement == "peak-memory":
        costs: tuple[TimeRow | MemoryRow, ...] = tuple(_memory(trial, cell, catalogue) for cell in trial.cells)
    else:
        costs, failures = _times(trial, catalogue)
        if failures:
            reason = "; ".join(f"{row} raised {failure}" for row, failure in failures.items())
            return replace(bare, status="error", reason=reason, costs=costs)
    return replace(bare, costs=costs)


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
    return catalogue.cells[cell.name].item.load(cell.options, cell.implementation)


def _times(trial: CostTrial, catalogue: Catalogue) -> tuple[tuple[TimeRow, ...], dict[str, str]]:
    """A row for each cell that takes a step, and for the others what they raised: the rest goes on without them."""
    rng = seeds.generator(trial.round, "cost", "order")
    builders = {RULER: _ruler, **{f"cell {cell.row}": _builder(cell, catalogue) for cell in trial.cells}}
    names = list(builders)
    subjects: dict[str, _Subject] = {}
    first_calls: dict[str, float] = {}
    failures: dict[str, str] = {}
    for position in rng.permutation(len(names)):
        name = names[position]
        try:
            subject = _Subject.build(builders[name], trial.shape, seeds.integer(trial.round, "weights"))
            first_calls[name] = seconds_of(subject)
            _demand_equal(subject, trial, name, subjects)
            subject()  # a step that differs from the first one shows itself here, and not among the others' rounds
        except Exception as error:
            if name == RULER or len(trial.cells) == 1:
                raise
            failures[name.removeprefix("cell ")] = f"{type(error).__name__}: {error}".split("\n")[0]
        else:
            subjects[name] = subject
    timings = time_side_by_side(subjects, trial.repeats, rng)
    ruler = np.log(timings[RULER].cpu_seconds)
    rows = []
    for cell in trial.cells:
        if cell.row in failures:
            continue
        subject, timing = subjects[f"cell {cell.row}"], timings[f"cell {cell.row}"]
        rows.append(
            TimeRow(
                row=cell.row,
                kernel=kernel_name(subject.cell, subject.x_BTI),
                parameters=count_parameters(subject.cell),
                cpu_seconds=tuple(timing.cpu_seconds),
                wall_seconds=tuple(timing.wall_seconds),
                log_ratio_to_ruler=float(np.median(np.log(timing.cpu_seconds) - ruler)),
                first_call_seconds=first_calls[f"cell {cell.row}"],
            )
        )
    return tuple(rows), failures


def _demand_equal(subject: _Subject, trial: CostTrial, name: str, others: dict[str, _Subject]) -> None:
    """Implementations of one cell answer alike with the same weights, before their speed is compared.

    Raises CellContractError where they do not.
    """
    uses = {f"cell {cell.row}": cell for cell in trial.cells}
    if name not in uses:
        return
    for other, twin in others.items():
        same = other in uses and replace(uses[other], implementation="", label="") == replace(
            uses[name], implementation="", label=""
        )
        if not same:
            continue
        kept = {key: tensor.clone() for key, tensor in subject.cell.state_dict().items()}
        subject.cell.load_state_dict(twin.cell.state_dict())
        with torch.no_grad():
            ours, theirs = subject.cell(subject.x_BTI)[0], twin.cell(subject.x_BTI)[0]
        subject.cell.load_state_dict(kept)
        gap = (ours - theirs).abs().max().item() / max(1.0, theirs.abs().max().item())
        if not gap <= ALIKE:
            raise CellContractError(
                f"with the weights of '{uses[other].implementation}' its outputs differ from those of it by {gap:.2g} "
                f"(at most {ALIKE:g} expected)"
            )


def _memory(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> MemoryRow:
    """Peak growth over one steady step, from a baseline taken before the cell was built.

    The ruler and a first copy of the cell take a step at the same shape before that, so that libraries are warm.
    """
    prepare_allocator()
    build, seed = _builder(cell, catalogue), seeds.integer(trial.round, "weights")
    for warm_up in (_ruler, build):
        _Subject.build(warm_up, trial.shape, seed)()
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
