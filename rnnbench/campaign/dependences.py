"""Knows what the results of a run depend on, and what has changed since earlier results."""

from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import ExecutorSpec
from rnnbench.provenance import changed, provenance
from rnnbench.records import CostTrial, Provenance, Result, Trial


class Dependences:
    """The sources, plugins and versions of the cells and tasks of a run, each read once."""

    def __init__(self, catalogue: Catalogue, executor: ExecutorSpec) -> None:
        self._catalogue = catalogue
        self._executor = executor
        self._known: dict[tuple[object, ...], Provenance] = {}

    def changed(self, result: Result) -> tuple[str, ...]:
        """What has changed since this result; nothing if a cell or the task is not installed."""
        trial = result.trial
        if isinstance(trial, CostTrial):
            names = [cell.name for cell in trial.cells]
        else:
            names = [trial.cell.name]
            if trial.task not in self._catalogue.tasks:
                return ()
        if any(name not in self._catalogue.cells for name in names):
            return ()
        return changed(result.provenance, self.of(trial))

    def settled(self, result: Result) -> Provenance:
        """The provenance of a new result; the current one if its process could not record it."""
        recorded = result.provenance
        if not recorded.plugins:
            current = self.of(result.trial)
            recorded = replace(current, machine=recorded.machine, versions=recorded.versions)
        return replace(
            recorded,
            commit=environment.commit(),
            executor=self._executor.name,
            shared=self._executor.shared,
        )

    def of(self, trial: Trial) -> Provenance:
        """The provenance that a result of this trial would have now."""
        if isinstance(trial, CostTrial):
            key: tuple[object, ...] = tuple(cell.name for cell in trial.cells)
        else:
            key = (trial.cell.name, trial.task, *trial.diagnostics, *sorted(trial.dials.items()))
        if key not in self._known:
            self._known[key] = provenance(trial, self._catalogue)
        return self._known[key]
