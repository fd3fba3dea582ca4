"""What is held against each other: a learning trial, or one cell in the replicates of a cost
measurement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from rnnbench.campaign import FAILURES, IDLE
from rnnbench.compare.figures import Figure, cost_figures, learning_figures
from rnnbench.records import CellUse, CostTrial, LearningTrial, Provenance, Result, Trial, trial_id

ORDER = ("ok", "stopped", "diverged")
"""Outcomes, the better ones first; a failure is worse than all of them."""
Key = tuple[str, int | None]
"""The name of a figure and its epoch."""


@dataclass(frozen=True)
class Subject:
    """The results of one trial, or of the replicates of one cell; each narrowed to that cell.

    identity: the id of the trial, of a cost figure that of its first replicate with this cell
              alone: who is measured beside it, on which day and how often does not make it another
              figure.
    """

    identity: str
    title: str
    row: str
    results: tuple[Result, ...]

    @property
    def tried(self) -> tuple[Result, ...]:
        """Those that ran: what was skipped or refused is as if it were not there."""
        return tuple(result for result in self.results if result.status not in IDLE)

    @property
    def worst(self) -> Result:
        """The one that ended worst, of what was tried."""
        return max(self.tried, key=lambda result: rank(result.status))

    @property
    def epochs_run(self) -> int:
        """Epochs that its longest result has run."""
        return max(
            (result.learning.epochs_run for result in self.results if result.learning), default=0
        )

    @cached_property
    def figures(self) -> dict[Key, tuple[Figure, ...]]:
        """Each figure, once a replicate."""
        found: dict[Key, list[Figure]] = defaultdict(list)
        for result in self.results:
            for figure in _figures(result):
                found[figure.name, figure.epoch].append(figure)
        return {key: tuple(figures) for key, figures in found.items()}


def rank(status: str) -> int:
    """How bad the outcome of a trial that was tried is: failures are equally bad."""
    return len(ORDER) if status in FAILURES else ORDER.index(status)


def subjects(results: Iterable[Result]) -> dict[str, Subject]:
    """What there is to compare in a run, by its identity, in the order of titles."""
    groups: dict[str, list[Result]] = defaultdict(list)
    named: dict[str, tuple[str, str]] = {}
    for result in results:
        for trial, cell, narrowed in _narrowed(result):
            identity = trial_id(trial)
            named[identity] = (_title(trial), cell.row)
            groups[identity].append(narrowed)
    made = [Subject(identity, *named[identity], tuple(group)) for identity, group in groups.items()]
    return {
        subject.identity: subject
        for subject in sorted(made, key=lambda one: (one.title, one.identity))
    }


def _narrowed(result: Result) -> Iterator[tuple[Trial, CellUse, Result]]:
    """For each cell of a result the trial that it is known by, and what of the result is about
    it."""
    trial = result.trial
    if isinstance(trial, LearningTrial):
        yield trial, trial.cell, result
        return
    for cell in trial.cells:
        rows = tuple(row for row in result.costs if row.row == cell.row)
        alone = replace(trial, cells=(cell,), round=0, session="")
        narrowed = replace(result, costs=rows, provenance=_of_cell(result.provenance, cell.name))
        if reason := result.absent.get(cell.row):  # the others have their rows; this one failed
            narrowed = replace(narrowed, status="error", reason=reason)
        yield alone, cell, narrowed


def _of_cell(provenance: Provenance, cell: str) -> Provenance:
    def kept(told: dict[str, str]) -> dict[str, str]:
        return {
            name: value
            for name, value in told.items()
            if name == cell or name.endswith(f" of {cell}")
        }

    return replace(
        provenance, plugins=kept(provenance.plugins), definitions=kept(provenance.definitions)
    )


def _figures(result: Result) -> Iterator[Figure]:
    if result.learning:
        yield from learning_figures(result.learning)
    threads = result.trial.threads
    for row in result.costs:
        yield from cost_figures(row, threads)


def _title(trial: Trial) -> str:
    """In the words of the id, without its hash."""
    if isinstance(trial, CostTrial):
        return f"cost.{trial.measurement}.{trial.cells[0].row} at {trial.shape}"
    return trial_id(trial).rpartition(".")[0]
