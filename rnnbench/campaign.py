"""The campaign: ask the planner, hand trials to an executor, store what comes back, until nothing is left."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from rnnbench import environment
from rnnbench.archives import fetch
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable, RnnbenchError
from rnnbench.executors import LocalPool, without_run
from rnnbench.plan import every_trial, plan
from rnnbench.records import CostTrial, LearningTrial, Provenance, Result, Suite, Trial, trial_id
from rnnbench.store import Store

PATIENCE_SECONDS = 1.0
FAILURES = ("error", "killed", "timeout", "out-of-memory")
IDLE = ("skipped", "refused")


@dataclass
class Progress:
    """How far a run is.

    kept:    statuses of results that were there before; `new` of those that came in this run.
    stale:   what changed since results that were kept, and how many of them: names of cells and tasks, or "torch".
    reasons: why trials have no figures for want of something, and how many.
    """

    total: int
    running: tuple[str, ...] = ()
    kept: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    stale: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def statuses(self) -> Counter[str]:
        """Of all results of this suite's trials, old and new."""
        return self.kept + self.new

    @property
    def done(self) -> int:
        """Trials that have a result."""
        return self.statuses.total()

    @property
    def failed(self) -> int:
        """Trials that ended as no suite expects, in this run or before."""
        return sum(self.statuses[status] for status in FAILURES)

    @property
    def idle(self) -> bool:
        """Whether nothing has figures: every trial was skipped or refused."""
        return self.done == sum(self.statuses[status] for status in IDLE)


Watch = Callable[[Progress, Result | None], None]
"""Called with the state of the run when a result came (with it) or when trials were started (with None)."""


def run_suite(
    suite: Suite, catalogue: Catalogue, store: Store, *, jobs: int, fresh: bool = False, watch: Watch
) -> Progress:
    """Run what a suite lacks, and store each result as it comes. An interruption keeps what has finished.

    Results with status `skipped` count as lacking, for what was not to be had may be there now; with `fresh`, so do
    all results of this suite's trials.
    """
    store.prepare()
    with store.locked():
        return _Campaign(suite, catalogue, store, watch, fresh=fresh).run(jobs)


class _Campaign:
    """The state of one run."""

    def __init__(self, suite: Suite, catalogue: Catalogue, store: Store, watch: Watch, *, fresh: bool) -> None:
        self.suite, self.catalogue, self.store, self.watch = suite, catalogue, store, watch
        self.wanted = {trial_id(trial): trial for trial in every_trial(suite)}
        self.progress = Progress(total=len(self.wanted))
        self.done: set[str] = set()
        self._provenances: dict[tuple[object, ...], Provenance] = {}
        for result in store.read():
            self._refuse_other_suite(result)
            identity = trial_id(result.trial)
            if not fresh and identity in self.wanted and result.status != "skipped":
                self.done.add(identity)
                self.progress.kept[result.status] += 1
                self.progress.stale.update(environment.changed(result.provenance, self._provenance(result.trial)))

    def run(self, jobs: int) -> Progress:
        """Everything that is missing; learning trials up to `jobs` at once."""
        for result in self._without_data():
            self._finish(result)
        queue: deque[Trial] = deque()
        with LocalPool(jobs, preload=self._preload()) as pool:
            while True:
                if not queue:
                    queue.extend(plan(self.suite, self.done, pool.in_flight))
                while queue and pool.free:
                    pool.start(queue.popleft())
                self.progress.running = tuple(sorted(pool.in_flight))
                self.watch(self.progress, None)
                if not pool.in_flight:
                    return self.progress
                for result in pool.wait(PATIENCE_SECONDS):
                    self._finish(result)

    def _finish(self, result: Result) -> None:
        provenance = result.provenance
        if not provenance.plugins:  # its process did not live to tell
            provenance = self._provenance(result.trial)
        provenance = msgspec.structs.replace(provenance, commit=environment.commit())
        self.store.write(msgspec.structs.replace(result, provenance=provenance))
        self.done.add(trial_id(result.trial))
        self.progress.new[result.status] += 1
        if result.status in IDLE:
            self.progress.reasons[result.reason] += 1
        self.watch(self.progress, result)

    def _provenance(self, trial: Trial) -> Provenance:
        """What results of a trial's cells and task depend on now; sources are read once a run."""
        names = [cell.name for cell in trial.cells] if isinstance(trial, CostTrial) else [trial.cell.name, trial.task]
        key = (type(trial), *names)
        if key not in self._provenances:
            self._provenances[key] = environment.provenance(trial, self.catalogue)
        return self._provenances[key]

    def _refuse_other_suite(self, result: Result) -> None:
        ours, theirs = self.suite.name, result.trial.suite
        if theirs != ours:
            raise RnnbenchError(
                f"{self.store.folder}: holds results of suite '{theirs}'; give '{ours}' another folder with -o"
            )

    def _without_data(self) -> Iterable[Result]:
        """Fetch the archives that trials need; a result with the reason for each trial that cannot have its own."""
        missing: Sequence[Trial] = [trial for identity, trial in self.wanted.items() if identity not in self.done]
        reasons: dict[str, str] = {}
        for task in dict.fromkeys(trial.task for trial in missing if isinstance(trial, LearningTrial)):
            try:
                for archive in self.catalogue.tasks[task].item.archives:
                    fetch(archive)
            except DataUnavailable as error:
                reasons[task] = str(error)
        for trial in missing:
            if isinstance(trial, LearningTrial) and trial.task in reasons:
                yield without_run(trial, "skipped", reasons[trial.task])

    def _preload(self) -> list[str]:
        """The plugin modules that this suite's trials will import, known to import well."""
        plugins = [self.catalogue.cells[cell.name].plugin for cell in self.suite.cells]
        plugins += [self.catalogue.tasks[task.name].plugin for task in self.suite.tasks]
        return sorted({plugin.module.partition(":")[0] for plugin in plugins})
