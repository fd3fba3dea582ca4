"""The measuring: replicates of all open cells, until they are decided or the time is up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from msgspec.structs import replace

from rnnbench.ab.environment import Environment
from rnnbench.ab.folder import PairedFolder, Parts, of_measurement
from rnnbench.ab.replicate import measure
from rnnbench.ab.sides import SideOfTrial, Sides, SoftwareChanged
from rnnbench.catalogue import Catalogue
from rnnbench.compare import PRECISION, PairedMeasurement, PairedRuling
from rnnbench.errors import RnnbenchError
from rnnbench.plan import TIMES, cost_trials
from rnnbench.records import CellUse, CostTrial, GatePolicy, PairedReplicate, Suite

MINUTES_A_CELL = 3.0
FIRST_BATCHES_SHARE = 2 / 3
"""Of the minutes, after which only second batches go on. A second batch takes half as many
replicates as a first one, at the least."""
Watch = Callable[[str], None]
"""Called with what happens now, in words."""


def time_trials(suite: Suite, catalogue: Catalogue) -> tuple[CostTrial, ...]:
    """Return a trial for each kind of step and each shape that the suite times, with all its cells.

    Options with their default value are left out, so that each environment gives them its own.
    Raises RnnbenchError where the suite times nothing.
    """
    trials = [trial for trial in cost_trials(suite) if trial.measurement in TIMES]
    firsts = [replace(trial, session="") for trial in trials if trial.round == 0]
    if not firsts:
        raise RnnbenchError(
            f"{suite.name}: the suite times no steps; give one whose table [cost] measures"
            f" {', '.join(TIMES)}"
        )
    return tuple(
        replace(first, cells=tuple(_with_own_options(cell, catalogue) for cell in first.cells))
        for first in firsts
    )


def _with_own_options(cell: CellUse, catalogue: Catalogue) -> CellUse:
    defaults = catalogue.cells[cell.name].item.options
    own = {name: value for name, value in cell.options.items() if value != defaults[name]}
    return replace(cell, options=own)


@dataclass
class PairedRun:
    """All measurements of a suite in two environments, with the replicates that there are.

    trials: the first replicate of each measurement, with all its cells.
    parts:  what BASE, and what HEAD, holds of each of them.
    """

    trials: tuple[CostTrial, ...]
    base: Environment
    head: Environment
    folder: PairedFolder
    policy: GatePolicy
    precision: float = PRECISION
    replicates: list[PairedReplicate] = field(default_factory=list)
    parts: tuple[Parts, Parts] = ((), ())

    def prepare(self, *, fresh: bool = False) -> None:
        """Look what both environments have, and read what was measured before.

        Raises RnnbenchError for an environment that cannot measure, or a folder of other software.
        """
        self.parts = (self.base.describe(self.trials), self.head.describe(self.trials))
        self.folder.prepare(*self.parts, fresh=fresh)
        self.replicates = list(self.folder.read())

    @property
    def measurements(self) -> list[PairedMeasurement]:
        """What there is of each measurement."""
        return [
            PairedMeasurement(
                trial=trial,
                base=base,
                head=head,
                replicates=of_measurement(self.replicates, trial),
                policy=self.policy,
                precision=self.precision,
            )
            for trial, base, head in zip(self.trials, *self.parts, strict=True)
        ]

    @property
    def seconds(self) -> float:
        """Seconds that all replicates took."""
        return sum(replicate.seconds for replicate in self.replicates)

    def measure(self, minutes: float, watch: Watch) -> None:
        """Take replicates in turn of each measurement that has open cells, until none has or their
        time is up (`has_time`), that of earlier calls included.

        Raises RnnbenchError where the software of an environment changes meanwhile.
        """
        is_taken = True
        while is_taken:
            is_taken = False
            for position in range(len(self.trials)):
                due = self._due(position, minutes)
                if due is None:
                    continue
                is_taken = True
                trial, sides = due
                watch(self._progress(trial))
                self._take(trial, sides)

    def _take(self, trial: CostTrial, sides: Sides) -> None:
        try:
            replicate = measure(trial, sides)
        except SoftwareChanged as changed:
            raise RnnbenchError(
                f"{changed} changed while it was measured; what was measured before is kept, and"
                " --fresh measures anew"
            ) from None
        self.folder.write(replicate)
        self.replicates.append(replicate)

    def _due(self, position: int, minutes: float) -> tuple[CostTrial, Sides] | None:
        """The next replicate of a measurement, with those cells alone that are open and have time
        left; None where there are none.

        position: of the measurement among all.
        """
        measurement = self.measurements[position]
        next_seconds = likely_seconds([one.seconds for one in measurement.replicates])
        rows = [
            row
            for row in measurement.open_rows()
            if has_time(measurement.ruling(row), minutes, self.seconds, next_seconds)
        ]
        if not rows:
            return None
        cells = tuple(cell for cell in measurement.trial.cells if cell.row in rows)
        number = 1 + max((r.trial.round for r in measurement.replicates), default=-1)
        trial = replace(measurement.trial, cells=cells, round=number)
        base = SideOfTrial(self.base, measurement.base)
        return trial, Sides(base, SideOfTrial(self.head, measurement.head))

    def _progress(self, trial: CostTrial) -> str:
        rows = ", ".join(cell.row for cell in trial.cells)
        return f"{trial.measurement} of {rows}: replicate {trial.round + 1}, {self.seconds:.0f} s"

    def open_cells(self) -> Sequence[str]:
        """The rows that are open, each once."""
        rows = chain.from_iterable(one.open_rows() for one in self.measurements)
        return list(dict.fromkeys(rows))


def likely_seconds(taken: Sequence[float]) -> float:
    """Return the ninth decile of the seconds that replicates took; 0 before the first one."""
    return float(np.quantile(taken, 0.9)) if taken else 0.0


def has_time(ruling: PairedRuling, minutes: float, spent: float, next_seconds: float) -> bool:
    """Whether one more replicate of a cell would end within its share of the minutes.

    A first batch has two thirds of them, a second batch all: a cell that was found to have
    changed once is neither red nor green without it.

    minutes:      those of the command.
    spent:        seconds of all replicates so far.
    next_seconds: how long a replicate is likely to take at most; 0 before the first one.
    """
    share = 1.0 if ruling.is_confirming else FIRST_BATCHES_SHARE
    return spent + next_seconds <= 60 * minutes * share and spent < 60 * minutes * share
