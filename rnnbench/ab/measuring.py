"""The measuring: replicates of all open cells, until they are decided or the time is up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from rnnbench.ab.folder import PairedFolder, of_measurement
from rnnbench.ab.replicate import Sides, measure
from rnnbench.ab.side import Environment
from rnnbench.compare import PRECISION, PairedMeasurement
from rnnbench.errors import RnnbenchError
from rnnbench.plan import TIMES, cost_trials
from rnnbench.records import CostTrial, GatePolicy, PairedReplicate, Suite

MINUTES_A_CELL = 3.0
Watch = Callable[[str], None]
"""Called with what happens now, in words."""


def time_trials(suite: Suite) -> tuple[CostTrial, ...]:
    """Return a trial for each kind of step and each shape that the suite times, with all its cells.

    Raises RnnbenchError where it times none.
    """
    trials = [trial for trial in cost_trials(suite) if trial.measurement in TIMES]
    firsts = [replace(trial, session="") for trial in trials if trial.round == 0]
    if not firsts:
        raise RnnbenchError(
            f"{suite.name}: the suite times no steps; give one whose table [cost] measures"
            f" {', '.join(TIMES)}"
        )
    return tuple(firsts)


@dataclass
class PairedRun:
    """All measurements of a suite in two environments, with the replicates that there are.

    trials: the first replicate of each measurement, with all its cells.
    """

    trials: tuple[CostTrial, ...]
    base: Environment
    head: Environment
    folder: PairedFolder
    policy: GatePolicy
    precision: float = PRECISION
    replicates: list[PairedReplicate] = field(default_factory=list)

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
        """Take replicates in turn of each measurement that has open cells, until none has or these
        minutes are used up, those of earlier calls included."""
        while self.seconds < 60 * minutes:
            due = list(self._due())
            if not due:
                return
            for trial, sides in due:
                watch(self._progress(trial))
                replicate = measure(trial, sides)
                self.folder.write(replicate)
                self.replicates.append(replicate)

    def _due(self) -> Iterator[tuple[CostTrial, Sides]]:
        """The next replicate of each measurement with open cells, with those cells alone."""
        for measurement, base, head in zip(self.measurements, *self.parts, strict=True):
            rows = measurement.open_rows()
            if not rows:
                continue
            cells = tuple(cell for cell in measurement.trial.cells if cell.row in rows)
            number = len(measurement.replicates)
            trial = replace(measurement.trial, cells=cells, round=number)
            yield trial, Sides((self.base, base.plugins), (self.head, head.plugins))

    def _progress(self, trial: CostTrial) -> str:
        rows = ", ".join(cell.row for cell in trial.cells)
        return f"{trial.measurement} of {rows}: replicate {trial.round + 1}, {self.seconds:.0f} s"

    def open_cells(self) -> Sequence[str]:
        """The rows that are open, each once."""
        rows = [row for measurement in self.measurements for row in measurement.open_rows()]
        return list(dict.fromkeys(rows))
