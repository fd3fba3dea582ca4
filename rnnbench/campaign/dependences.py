"""What the results of a run depend on, as it is here now, and what has changed since results that
were kept."""

from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import ExecutorSpec
from rnnbench.provenance import changed, provenance
from rnnbench.records import CostTrial, Provenance, Result, Trial


class Dependences:
    """Sources, plugins and versions of the cells and tasks of one run; each is read once."""

    def __init__(self, catalogue: Catalogue, executor: ExecutorSpec) -> None:
        self._catalogue = catalogue
        self._executor = executor
        self._known: dict[tuple[object, ...], Provenance] = {}

    def changed(self, result: Result) -> tuple[str, ...]:
        """What has changed since this result, where its cells and its task are still here to
        ask."""
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
        """What a result that has come depends on; where its process did not live to record it, what
        is here now."""
        found = result.provenance
        if not found.plugins:
            here = self.of(result.trial)
            found = replace(here, machine=found.machine, versions=found.versions)
        return replace(
            found,
            commit=environment.commit(),
            executor=self._executor.name,
            shared=self._executor.shared,
        )

    def of(self, trial: Trial) -> Provenance:
        """What results of a trial's cells and task depend on now."""
        if isinstance(trial, CostTrial):
            key: tuple[object, ...] = tuple(cell.name for cell in trial.cells)
        else:
            key = (trial.cell.name, trial.task, *trial.diagnostics, *sorted(trial.dials.items()))
        if key not in self._known:
            self._known[key] = provenance(trial, self._catalogue)
        return self._known[key]
