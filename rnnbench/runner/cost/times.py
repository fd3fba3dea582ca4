"""Times of steps: all cells of a trial side by side, beside a ruler and what the machine can do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.cell import DEFAULT
from rnnbench.meters import EnergyMeter, Timing, clock_of, kernel_name, machine, seconds_of, time_side_by_side
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, Result, Surroundings, TimeRow
from rnnbench.runner.cost.equality import demand_equal
from rnnbench.runner.cost.subjects import RULER, STEPS, Bench, Step

PRODUCT, COPY = "matrix product", "copy"
LIMIT_ROUNDS = 10
LEAD_IN = 2
"""Streaming steps take less than loading what they need into the caches again."""


def times(trial: CostTrial, catalogue: Catalogue, bare: Result) -> Result:
    """A row for each cell that takes its steps; where others raise, the rest goes on without them and the result is an
    error that names them. A cell that is alone raises here."""
    rng = seeds.generator(trial.round, "cost", "order")
    starters = _Starters(trial, catalogue)
    starters.enter(rng)
    clock = clock_of(trial.device)
    lead_in = LEAD_IN if trial.measurement == "streaming-time" else 0
    timings = time_side_by_side(starters.steps, trial.repeats, rng, clock, lead_in)
    limits = {PRODUCT: machine.matrix_product(trial.device), COPY: machine.copy(trial.device)}
    timings |= time_side_by_side(limits, LIMIT_ROUNDS, rng, clock)
    meter = EnergyMeter()
    rows = tuple(starters.row(cell, timings, meter) for cell in trial.cells if cell.row not in starters.failures)
    assert bare.surroundings
    around = replace(_with_limits(bare.surroundings, timings, trial), energy_meter=meter.name)
    done = replace(bare, costs=rows, surroundings=around)
    if not starters.failures:
        return done
    reason = "; ".join(f"{row} raised {failure}" for row, failure in starters.failures.items())
    return replace(done, status="error", reason=reason)


@dataclass
class _Starters:
    """All that takes part in a trial.

    steps:       by name, cells under `cell ` and their row.
    first_calls: seconds of the first call of each.
    failures:    what cells raised that take no part any more, by row.
    """

    trial: CostTrial
    catalogue: Catalogue
    steps: dict[str, Step] = field(default_factory=dict)
    first_calls: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def enter(self, rng: np.random.Generator) -> None:
        """Build all in random order and have each take its first two steps."""
        names: dict[str, CellUse | None] = {RULER: None, **{_name(cell): cell for cell in self.trial.cells}}
        for at in rng.permutation(len(names)):
            name, cell = list(names.items())[at]
            try:
                self._take_in(name, cell)
            except Exception as error:
                if cell is None or len(self.trial.cells) == 1:
                    raise
                self.failures[cell.row] = f"{type(error).__name__}: {error}".split("\n")[0]

    def _take_in(self, name: str, cell: CellUse | None) -> None:
        trial = self.trial
        bench = Bench.of_ruler(trial) if cell is None else Bench.of_cell(trial, cell, self.catalogue)
        step = STEPS[trial.measurement](bench)
        first_call = seconds_of(step, trial.device)
        if cell is not None:
            self._compare(bench, cell)
        step()  # one that differs from the first shows itself here, and not among the others' rounds
        self.steps[name], self.first_calls[name] = step, first_call

    def _compare(self, bench: Bench, cell: CellUse) -> None:
        """Where several implementations of a cell take part."""
        if cell.implementation != DEFAULT and sum(other.name == cell.name for other in self.trial.cells) > 1:
            demand_equal(bench, cell.implementation, Bench.of_cell(self.trial, cell, self.catalogue, DEFAULT))

    def row(self, cell: CellUse, timings: Mapping[str, Timing], meter: EnergyMeter) -> TimeRow:
        """What was seen of a cell."""
        name = _name(cell)
        step, timing = self.steps[name], timings[name]
        primary = _primary(self.trial)
        return TimeRow(
            row=cell.row,
            kernel=kernel_name(step.bench.cell, step.bench.x_BT),
            parameters=count_parameters(step.bench.cell),
            cpu_seconds=tuple(timing.cpu_seconds),
            wall_seconds=tuple(timing.wall_seconds),
            log_ratio_to_ruler=float(np.median(np.log(primary(timing)) - np.log(primary(timings[RULER])))),
            first_call_seconds=self.first_calls[name],
            joules=meter.joules_of(step) if self.trial.device == "cpu" else None,
        )


def _name(cell: CellUse) -> str:
    return f"cell {cell.row}"


def _primary(trial: CostTrial) -> Callable[[Timing], list[float]]:
    """Thread CPU time sees one thread alone."""
    return (lambda timing: timing.cpu_seconds) if trial.threads == 1 else (lambda timing: timing.wall_seconds)


def _with_limits(around: Surroundings, timings: Mapping[str, Timing], trial: CostTrial) -> Surroundings:
    """And what the machine can do."""
    product, copied = (float(np.median(_primary(trial)(timings[name]))) for name in (PRODUCT, COPY))
    return replace(
        around,
        matrix_flops_per_second=machine.MATRIX_FLOPS / product,
        copied_bytes_per_second=machine.MOVED_BYTES / copied,
    )
