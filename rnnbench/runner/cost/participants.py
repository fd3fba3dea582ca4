"""The participants of a trial of step times: its cells and the reference cell."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.meters import EnergyMeter, Timing, kernel_name, seconds_of
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, TimeRow
from rnnbench.runner.cost.equality import demand_equal
from rnnbench.runner.cost.guests import refuse_effects
from rnnbench.runner.cost.start import start_accelerator
from rnnbench.runner.cost.subjects import REFERENCE_CELL, STEPS, Bench, Step
from rnnbench.runner.failures import Failure, failure
from rnnbench.runner.watch import TorchWatch


@dataclass
class Participants:
    """The cells of a trial and the reference cell, by name; a cell that raises is dropped.

    on_stage:    called with what begins, in words.
    steps:       the steps of the participants that were not dropped.
    first_calls: seconds of each participant's first step.
    failures:    what the dropped cells raised, by row.
    """

    trial: CostTrial
    catalogue: Catalogue
    on_stage: Callable[[str], None]
    watch: TorchWatch
    steps: dict[str, Step] = field(default_factory=dict)
    first_calls: dict[str, float] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)

    @cached_property
    def cells(self) -> dict[str, CellUse | None]:
        """The cells by name; the reference cell is None."""
        return {REFERENCE_CELL: None, **{name_of(cell.row): cell for cell in self.trial.cells}}

    def prepare(self, rng: np.random.Generator) -> None:
        """Build all participants in random order, and run the first two steps of each.

        An accelerator is started before, so that no first step waits for it.
        """
        if self.trial.device == "cuda":
            self.on_stage("the start of the accelerator")
            start_accelerator(self.trial)
        names = list(self.cells)
        for position in rng.permutation(len(names)):
            name = names[position]
            try:
                self._prepare(name)
            except Exception as error:
                self.drop(name, error)
            if self.failures:
                gc.collect()  # frees the memory of a cell that failed before the next one is built

    def announce(self, name: str, stage: str = "a step in turns") -> None:
        """Call `on_stage` with the stage that begins for a participant."""
        cell = self.cells[name]
        self.on_stage(f"{stage} of '{cell.row}'" if cell else f"{stage} of the reference cell")

    def drop(self, name: str, error: Exception) -> None:
        """Record what a cell raised, and measure it no more.

        Raises the error of the reference cell, without which nothing can be compared.
        """
        cell = self.cells[name]
        if cell is None:
            raise error
        self.failures[cell.row] = failure(error)
        self.steps.pop(name, None)

    def rows(self, timings: Mapping[str, Timing], meter: EnergyMeter) -> tuple[TimeRow, ...]:
        """Return a row for each cell that was not dropped."""
        rows = []
        for cell in self.trial.cells:
            name = name_of(cell.row)
            if name not in self.steps:
                continue
            self.announce(name, "a last look at the step")
            try:
                rows.append(self._row(cell, timings, meter))
            except Exception as error:
                self.drop(name, error)
        return tuple(rows)

    def _prepare(self, name: str) -> None:
        trial = self.trial
        cell = self.cells[name]
        self.announce(name, "the building")
        if cell is None:
            bench = Bench.of_reference_cell(trial)
        else:
            bench = Bench.of_cell(trial, cell, self.catalogue)
        step = STEPS[trial.measurement](bench)
        self.announce(name, "the first step")
        first_call = seconds_of(step, trial.device)
        if cell is not None and self._has_other_implementations(cell):
            self.announce(name, "the comparison with the default")
            default = Bench.of_cell(trial, cell, self.catalogue, DEFAULT)
            demand_equal(bench, cell.implementation, default)
        self.announce(name, "the second step")
        step()  # an error that only later steps raise must not come up in the timed rounds
        if cell is not None:
            refuse_effects(self.watch, cell.row)
        self.steps[name] = step
        self.first_calls[name] = first_call

    def _has_other_implementations(self, use: CellUse) -> bool:
        """Whether this is not the default implementation, and the trial has others of the cell."""
        uses = sum(other.name == use.name for other in self.trial.cells)
        return use.implementation != DEFAULT and uses > 1

    def _row(self, cell: CellUse, timings: Mapping[str, Timing], meter: EnergyMeter) -> TimeRow:
        name = name_of(cell.row)
        step = self.steps[name]
        timing = timings[name]
        seconds = primary_seconds(timing, self.trial)
        reference_seconds = primary_seconds(timings[REFERENCE_CELL], self.trial)
        return TimeRow(
            row=cell.row,
            kernel=kernel_name(step.bench.cell, step.bench.x_BT),
            parameters=count_parameters(step.bench.cell),
            cpu_seconds=tuple(timing.cpu_seconds),
            wall_seconds=tuple(timing.wall_seconds),
            log_ratio_to_reference_cell=float(
                np.median(np.log(seconds) - np.log(reference_seconds))
            ),
            first_call_seconds=self.first_calls[name],
            joules=meter.joules_of(step),
        )


def primary_seconds(timing: Timing, trial: CostTrial) -> list[float]:
    """Return the compared times: CPU time of a trial with one thread, else wall time."""
    return timing.cpu_seconds if trial.threads == 1 else timing.wall_seconds


def name_of(row: str) -> str:
    """Return the name of the participant in this row, which no reference cell has."""
    return f"cell {row}"
