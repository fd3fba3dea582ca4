"""The campaign: ask the planner, hand trials to an executor, store what comes back, until nothing is left."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from rnnbench import environment
from rnnbench.archives import fetch
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable, RnnbenchError
from rnnbench.executors import LocalPool, without_run
from rnnbench.plan import every_trial, plan
from rnnbench.records import LearningTrial, Result, Suite, Trial, trial_id
from rnnbench.store import Store

PATIENCE_SECONDS = 1.0
FAILURES = ("error", "killed", "timeout", "out-of-memory")


@dataclass
class Progress:
    """How far a run is. `kept` results were there before; `statuses` counts those of this run."""

    total: int
    kept: int = 0
    running: tuple[str, ...] = ()
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Trials that have a result."""
        return self.kept + self.ran

    @property
    def ran(self) -> int:
        """Trials that got their result in this run."""
        return self.statuses.total()

    @property
    def failed(self) -> int:
        """Trials of this run that ended as no suite expects."""
        return sum(self.statuses[status] for status in FAILURES)


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
    _refuse_other_suite(suite, store)
    wanted = {trial_id(trial): trial for trial in every_trial(suite)}
    kept = [] if fresh else [r for r in store.read() if r.status != "skipped"]
    done = {identity for r in kept if (identity := trial_id(r.trial)) in wanted}
    progress = Progress(total=len(wanted), kept=len(done))

    def finish(result: Result) -> None:
        provenance = msgspec.structs.replace(result.provenance, commit=environment.commit())
        store.write(msgspec.structs.replace(result, provenance=provenance))
        done.add(trial_id(result.trial))
        progress.statuses[result.status] += 1

    for result in _without_data([wanted[i] for i in wanted if i not in done], catalogue):
        finish(result)
        watch(progress, result)
    with LocalPool(jobs, preload=_preload(suite, catalogue)) as pool:
        while True:
            for trial in plan(suite, done, pool.in_flight)[: pool.free]:
                pool.start(trial)
            progress.running = tuple(sorted(pool.in_flight))
            watch(progress, None)
            if not pool.in_flight:
                return progress
            for result in pool.wait(PATIENCE_SECONDS):
                finish(result)
                progress.running = tuple(sorted(pool.in_flight))
                watch(progress, result)


def _refuse_other_suite(suite: Suite, store: Store) -> None:
    other = next((r.trial.suite for r in store.read() if r.trial.suite != suite.name), None)
    if other:
        raise RnnbenchError(
            f"{store.folder}: holds results of suite '{other}'; give '{suite.name}' another folder with -o"
        )


def _without_data(trials: Sequence[Trial], catalogue: Catalogue) -> Iterable[Result]:
    """Fetch the archives that these trials need; a result with the reason for each trial that cannot have its own."""
    reasons: dict[str, str] = {}
    for task in dict.fromkeys(trial.task for trial in trials if isinstance(trial, LearningTrial)):
        try:
            for archive in catalogue.tasks[task].item.archives:
                fetch(archive)
        except DataUnavailable as error:
            reasons[task] = str(error)
    for trial in trials:
        if isinstance(trial, LearningTrial) and trial.task in reasons:
            yield without_run(trial, "skipped", reasons[trial.task])


def _preload(suite: Suite, catalogue: Catalogue) -> list[str]:
    """The plugin modules that this suite's trials will import, known to import well."""
    plugins = [catalogue.cells[cell.name].plugin for cell in suite.cells]
    plugins += [catalogue.tasks[task.name].plugin for task in suite.tasks]
    return sorted({plugin.module.partition(":")[0] for plugin in plugins})
