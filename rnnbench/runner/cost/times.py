"""Times of steps: all cells of a trial side by side, beside a reference cell and what the machine
can do."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from msgspec.structs import replace

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.meters import (
    Clock,
    EnergyMeter,
    Timing,
    clock_of,
    kernel_name,
    machine,
    seconds_of,
    time_side_by_side,
)
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, Result, Surroundings, TimeRow
from rnnbench.runner.cost.equality import demand_equal
from rnnbench.runner.cost.guests import refuse_effects
from rnnbench.runner.cost.subjects import REFERENCE_CELL, STEPS, Bench, Step
from rnnbench.runner.failures import Failure, failure, with_absent
from rnnbench.runner.watch import TorchWatch

PRODUCT, COPY = "matrix product", "copy"
LIMIT_ROUNDS = 10
LEAD_IN = 2
"""Streaming steps take less than loading what they need into the caches again."""


def times(
    trial: CostTrial,
    catalogue: Catalogue,
    bare: Result,
    at_work: Callable[[str], None],
    watch: TorchWatch,
) -> Result:
    """A row for each cell that takes its steps; where some raise, the others go on without them."""
    rng = seeds.generator(trial.round, "cost", "order")
    starters = _Starters(trial, catalogue, at_work, watch)
    starters.enter(rng)
    clock = clock_of(trial.device)
    lead_in = LEAD_IN if trial.measurement == "streaming-time" else 0
    timings = time_side_by_side(
        starters.steps,
        trial.repeats,
        rng,
        clock,
        lead_in,
        begins=starters.begins,
        lost=starters.lose,
    )
    at_work("the look at what the machine can do")
    timings |= _limits(trial, rng, clock)
    meter = EnergyMeter(device=trial.device)
    rows = starters.rows(timings, meter)
    at_work("")
    assert bare.surroundings
    around = replace(_with_limits(bare.surroundings, timings, trial), energy_meter=meter.name)
    return with_absent(replace(bare, costs=rows, surroundings=around), starters.failures)


@dataclass
class _Starters:
    """All that takes part in a trial, cells under `cell ` and their row.

    steps:       of those that are in it.
    first_calls: seconds of the first call of each.
    failures:    what cells raised that take no part any more, by row.
    """

    trial: CostTrial
    catalogue: Catalogue
    at_work: Callable[[str], None]
    watch: TorchWatch
    steps: dict[str, Step] = field(default_factory=dict)
    first_calls: dict[str, float] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)

    @cached_property
    def cells(self) -> dict[str, CellUse | None]:
        """By name; the reference cell is none."""
        return {REFERENCE_CELL: None, **{_name(cell): cell for cell in self.trial.cells}}

    def enter(self, rng: np.random.Generator) -> None:
        """Build all in random order and have each take its first two steps."""
        names = list(self.cells)
        for at in rng.permutation(len(names)):
            try:
                self._take_in(names[at])
            except Exception as error:
                self.lose(names[at], error)
            if self.failures:
                gc.collect()  # what a cell has left behind that failed is no burden to the next one

    def begins(self, name: str, doing: str = "a step in turns") -> None:
        """Say what is begun."""
        cell = self.cells[name]
        self.at_work(f"{doing} of '{cell.row}'" if cell else f"{doing} of the reference cell")

    def lose(self, name: str, error: Exception) -> None:
        """A cell takes no part any more. Without the reference cell nothing goes on, and its error
        is raised."""
        cell = self.cells[name]
        if cell is None:
            raise error
        self.failures[cell.row] = failure(error)
        self.steps.pop(name, None)

    def rows(self, timings: Mapping[str, Timing], meter: EnergyMeter) -> tuple[TimeRow, ...]:
        """What was seen of each cell that is still in it."""
        found = []
        for cell in self.trial.cells:
            if (name := _name(cell)) not in self.steps:
                continue
            self.begins(name, "a last look at the step")
            try:
                found.append(self._row(cell, timings, meter))
            except Exception as error:
                self.lose(name, error)
        return tuple(found)

    def _take_in(self, name: str) -> None:
        trial, cell = self.trial, self.cells[name]
        self.begins(name, "the building")
        bench = (
            Bench.of_reference_cell(trial)
            if cell is None
            else Bench.of_cell(trial, cell, self.catalogue)
        )
        step = STEPS[trial.measurement](bench)
        self.begins(name, "the first step")
        first_call = seconds_of(step, trial.device)
        if cell is not None:
            self._compare(bench, cell)
        self.begins(name, "the second step")
        step()  # where it differs from the first, it shows here and not among the others' rounds
        if cell is not None:
            refuse_effects(self.watch, cell.row)
        self.steps[name], self.first_calls[name] = step, first_call

    def _compare(self, bench: Bench, cell: CellUse) -> None:
        """Where several implementations of a cell take part."""
        if (
            cell.implementation != DEFAULT
            and sum(other.name == cell.name for other in self.trial.cells) > 1
        ):
            self.begins(_name(cell), "the comparison with the default")
            demand_equal(
                bench, cell.implementation, Bench.of_cell(self.trial, cell, self.catalogue, DEFAULT)
            )

    def _row(self, cell: CellUse, timings: Mapping[str, Timing], meter: EnergyMeter) -> TimeRow:
        name = _name(cell)
        step, timing = self.steps[name], timings[name]
        primary = _primary(self.trial)
        return TimeRow(
            row=cell.row,
            kernel=kernel_name(step.bench.cell, step.bench.x_BT),
            parameters=count_parameters(step.bench.cell),
            cpu_seconds=tuple(timing.cpu_seconds),
            wall_seconds=tuple(timing.wall_seconds),
            log_ratio_to_reference_cell=float(
                np.median(np.log(primary(timing)) - np.log(primary(timings[REFERENCE_CELL])))
            ),
            first_call_seconds=self.first_calls[name],
            joules=meter.joules_of(step),
        )


def _limits(trial: CostTrial, rng: np.random.Generator, clock: Clock) -> dict[str, Timing]:
    """Times of what the machine can do; none where the cells have left no memory for it."""
    try:
        limits = {PRODUCT: machine.matrix_product(trial.device), COPY: machine.copy(trial.device)}
        return time_side_by_side(limits, LIMIT_ROUNDS, rng, clock)
    except Exception as error:
        if failure(error).status != "out-of-memory":
            raise
        return {}


def _name(cell: CellUse) -> str:
    return f"cell {cell.row}"


def _primary(trial: CostTrial) -> Callable[[Timing], list[float]]:
    """Thread CPU time sees one thread alone."""
    return (
        (lambda timing: timing.cpu_seconds)
        if trial.threads == 1
        else (lambda timing: timing.wall_seconds)
    )


def _with_limits(
    around: Surroundings, timings: Mapping[str, Timing], trial: CostTrial
) -> Surroundings:
    """And what the machine can do, where that was seen."""
    if PRODUCT not in timings:
        return around
    product, copied = (float(np.median(_primary(trial)(timings[name]))) for name in (PRODUCT, COPY))
    return replace(
        around,
        matrix_flops_per_second=machine.MATRIX_FLOPS / product,
        copied_bytes_per_second=machine.MOVED_BYTES / copied,
    )
