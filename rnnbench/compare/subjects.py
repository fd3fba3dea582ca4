"""What two runs are compared by: a learning trial, or one cell in the replicates of a cost
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
"""Outcomes, better ones first; a failure is worse than any of these."""
COST_TITLE = "cost."
"""What titles of cost measurements begin with."""
Key = tuple[str, int | None]
"""The name of a figure and its epoch."""


@dataclass(frozen=True)
class Subject:
    """The results of one learning trial, or of the replicates of one cell, narrowed to that cell.

    identity: the id of the trial. For a cost measurement, it is the id of the first replicate with
              this cell alone: neighbouring cells, session and replicate do not change the identity.
    """

    identity: str
    title: str
    row: str
    results: tuple[Result, ...]

    @property
    def tried(self) -> tuple[Result, ...]:
        """The results that ran; skipped and refused trials do not count."""
        return tuple(result for result in self.results if result.status not in IDLE)

    @property
    def worst(self) -> Result:
        """The result with the worst outcome among those tried."""
        return max(self.tried, key=lambda result: badness(result.status))

    @property
    def epochs_run(self) -> int:
        """The number of epochs of the longest training."""
        trainings = [result.learning for result in self.results if result.learning]
        return max((learning.epochs_run for learning in trainings), default=0)

    @cached_property
    def figures(self) -> dict[Key, tuple[Figure, ...]]:
        """Each figure, with one entry for each replicate that has it."""
        replicates: dict[Key, list[Figure]] = defaultdict(list)
        for result in self.results:
            for figure in _figures(result):
                replicates[figure.name, figure.epoch].append(figure)
        return {key: tuple(figures) for key, figures in replicates.items()}


def badness(status: str) -> int:
    """How bad the outcome of a tried trial is, 0 being the best; all failures are equally bad."""
    return len(ORDER) if status in FAILURES else ORDER.index(status)


def subjects(results: Iterable[Result]) -> dict[str, Subject]:
    """The subjects of a run by identity, in the order of their titles."""
    groups: dict[str, list[Result]] = defaultdict(list)
    labels: dict[str, tuple[str, str]] = {}
    for result in results:
        for trial, cell, narrowed in _narrowed(result):
            identity = trial_id(trial)
            labels[identity] = (_title(trial), cell.row)
            groups[identity].append(narrowed)
    unordered = [
        Subject(identity, *labels[identity], tuple(group)) for identity, group in groups.items()
    ]
    ordered = sorted(unordered, key=lambda subject: (subject.title, subject.identity))
    return {subject.identity: subject for subject in ordered}


def _narrowed(result: Result) -> Iterator[tuple[Trial, CellUse, Result]]:
    """Yield, for each cell of a result, its identifying trial and the result narrowed to it."""
    trial = result.trial
    if isinstance(trial, LearningTrial):
        yield trial, trial.cell, result
        return
    for cell in trial.cells:
        rows = tuple(row for row in result.costs if row.row == cell.row)
        alone = replace(trial, cells=(cell,), round=0, session="")
        narrowed = replace(result, costs=rows, provenance=of_cell(result.provenance, cell.name))
        reason = result.absent.get(cell.row)
        if reason:  # this cell failed, although the result has rows of other cells
            narrowed = replace(narrowed, status="error", reason=reason)
        yield alone, cell, narrowed


def of_cell(provenance: Provenance, cell: str) -> Provenance:
    """Return the provenance without the plugins and sources of other cells."""

    def concerns(name: str) -> bool:
        return name == cell or name.endswith(f" of {cell}")

    plugins = {name: value for name, value in provenance.plugins.items() if concerns(name)}
    definitions = {name: value for name, value in provenance.definitions.items() if concerns(name)}
    return replace(provenance, plugins=plugins, definitions=definitions)


def _figures(result: Result) -> Iterator[Figure]:
    if result.learning:
        yield from learning_figures(result.learning)
    threads = result.trial.threads
    for row in result.costs:
        yield from cost_figures(row, threads)


def _title(trial: Trial) -> str:
    """The id of a trial for readers, without its hash."""
    if isinstance(trial, CostTrial):
        return f"{COST_TITLE}{trial.measurement}.{trial.cells[0].row} at {trial.shape}"
    return trial_id(trial).rpartition(".")[0]
