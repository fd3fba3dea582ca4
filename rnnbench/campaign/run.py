"""A run of a suite, from what is stored of it to what was lacking."""

from collections import deque
from collections.abc import Sequence

import msgspec

from rnnbench.campaign import checkpoints
from rnnbench.campaign.cost_notices import BUSY, aim, busy, enough, left_out, missing, reached
from rnnbench.campaign.data import evaluations_without_result, tasks_without_data, without_tasks
from rnnbench.campaign.dependences import Dependences
from rnnbench.campaign.executor_choice import ExecutorChoice
from rnnbench.campaign.membership import Membership
from rnnbench.campaign.progress import IDLE, Progress, Watch, outcome
from rnnbench.campaign.superseded import superseded
from rnnbench.campaign.untested import untested
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import Executor, ExecutorContext
from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.plan import Known, count_trials, due_trials, known, plan, unclimbed
from rnnbench.provenance import without_helpers
from rnnbench.records import CostTrial, Result, Suite, Trial, trial_id
from rnnbench.store import Store, keep_claims, keep_planned

PATIENCE_SECONDS = 1.0
SHARED = (
    "cost figures want a machine of their own, and the executor '{}' shares its machines; "
    "`--set executor.cost=true` measures all the same, and marks the results"
)


def run_suite(
    suite: Suite,
    catalogue: Catalogue,
    store: Store,
    place: ExecutorChoice,
    *,
    fresh: bool = False,
    watch: Watch,
) -> Progress:
    """Run what a suite lacks, and store each result as it comes. An interruption keeps what has
    finished.

    Results that are not final count as lacking (what was not to be had may be there now); with
    `fresh`, all results of this suite's trials are discarded first, so that a run which was
    interrupted goes on without it. Damaged results are put aside. Raises RnnbenchError where the
    folder cannot be written, is held by another run or suite, or is full.
    """
    store.prepare()
    with store.locked():
        stored = list(store.read())  # all of it is read before anything is changed
        claims = keep_claims(store.folder, suite.claims, suite.seeds)
        keep_planned(store.folder, len(suite.seeds))
        suite = msgspec.structs.replace(suite, claims=claims)  # as the report will judge them
        return _Campaign(suite, catalogue, store, place, watch, stored, fresh=fresh).run()


class _Campaign:
    """The state of one run."""

    def __init__(
        self,
        suite: Suite,
        catalogue: Catalogue,
        store: Store,
        place: ExecutorChoice,
        watch: Watch,
        stored: Sequence[Result],
        *,
        fresh: bool,
    ) -> None:
        self.catalogue, self.store, self.place, self.watch = catalogue, store, place, watch
        self.progress = Progress(total=count_trials(suite))
        self.index: dict[str, Known] = {}
        self.new: set[str] = set()
        self.dependences = Dependences(catalogue, place.executor)
        self.context = ExecutorContext(store.folder.absolute(), place.jobs)
        self.whole, self.suite = suite, suite
        self.progress.notices += [*untested(suite), *left_out(suite)]
        self._read(stored, fresh=fresh)

    def run(self) -> Progress:
        """Everything that is missing."""
        self._skip_without_data()
        queue: deque[Trial] = deque(plan(self.suite, self.index, ()))
        if queue:  # where nothing is missing, no executor is opened
            with self.place.open(self.context) as pool:
                self._work(queue, pool)
        self._end()
        return self.progress

    def _work(self, queue: deque[Trial], pool: Executor) -> None:
        """Hand out what is planned and store what comes, until there is nothing more."""
        news = False
        while True:
            if news and not queue:
                queue.extend(plan(self.suite, self.index, pool.in_flight))
                news = False
            while queue and pool.free > 0:
                news = self._start(queue.popleft(), pool) or news
            self.progress.running = tuple(sorted(pool.in_flight))
            self.watch(self.progress, None)
            if not pool.in_flight and not queue and not news:
                return
            results: list[Result] = []
            with self.place.naming_failures():
                if pool.in_flight:
                    results = list(pool.wait(PATIENCE_SECONDS))
            for result in results:
                self._finish(result)
                news = True
            with self.place.naming_failures():
                self.progress.notices += pool.notices()

    def _read(self, stored: Sequence[Result], *, fresh: bool) -> None:
        """Take in what is stored; what is not final is discarded, and with `fresh` all that this
        suite would run."""
        membership = Membership(self.suite)
        changed: dict[str, tuple[str, ...]] = {}
        unrecorded: dict[str, tuple[str, ...]] = {}
        for result in stored:
            self._refuse_other_suite(result)
            trial, identity = result.trial, trial_id(result.trial)
            if (fresh or not result.final) and trial in membership:
                self.store.discard(trial)
                checkpoints.forget(self.context, trial)
            elif result.final:
                self.index[identity] = known(result)
                unrecorded[identity] = without_helpers(result.provenance)
                changed[identity] = self.dependences.changed(result)
        self.progress.notices += self.store.repair()
        for trial in due_trials(self.suite, self.index):
            identity = trial_id(trial)
            if fresh:
                checkpoints.forget(self.context, trial)
            if identity in self.index:
                self.progress.kept[outcome(trial, self.index[identity].status)] += 1
                self.progress.stale.update(changed[identity])
                self.progress.without_helpers.update(unrecorded.get(identity, ()))

    def _start(self, trial: Trial, pool: Executor) -> bool:
        """Hand a trial out; True where it was refused, so that there is news at once."""
        if isinstance(trial, CostTrial) and not self.place.takes_cost:
            self._finish(without_run(trial, "refused", SHARED.format(self.place.executor.name)))
            return True
        self.progress.total = max(self.progress.total, self.progress.done + len(pool.in_flight) + 1)
        with self.place.naming_failures():
            pool.start(trial)
        return False

    def _finish(self, result: Result) -> None:
        """Store a result, and take note of it."""
        trial = result.trial
        depends_on = self.dependences.settled(result)
        self.store.write(
            msgspec.structs.replace(result, provenance=depends_on, aim=aim(self.whole, trial))
        )
        identity = trial_id(trial)
        checkpoints.forget(self.context, trial)
        self.index[identity] = known(result)
        self.progress.notices += [told for told in busy(result) if not self.progress.tells(BUSY)]
        self.progress.notices += [
            effect for effect in result.side_effects if effect not in self.progress.notices
        ]
        self.new.add(identity)
        self.progress.new[outcome(trial, result.status)] += 1
        if result.status in IDLE:
            self.progress.reasons[result.reason] += 1
        self.watch(self.progress, result)

    def _end(self) -> None:
        """What is left to do when nothing is left to run."""
        for trial, reason in unclimbed(self.suite, self.index):
            self._finish(without_run(trial, "stopped", reason))
        for old in list(superseded(self.suite, self.index, self.store.read())):
            self.store.discard(old)
            self.progress.notices.append(
                f"{trial_id(old)} was discarded: the search now finds another rate"
            )
        checkpoints.remove_folder(self.context)
        self._count_kept()
        self.progress.total = (
            self.progress.done
        )  # a race may have asked for less than it could have
        self.progress.absent = missing(self.whole, self.index)
        how_it_ended = reached if self.new else enough
        self.progress.notices += how_it_ended(self.whole, self.index)
        self.watch(self.progress, None)

    def _count_kept(self) -> None:
        """Count the results of the suite's trials that were there before."""
        self.progress.kept.clear()
        for trial in due_trials(self.whole, self.index):
            identity = trial_id(trial)
            if identity in self.index and identity not in self.new:
                self.progress.kept[outcome(trial, self.index[identity].status)] += 1

    def _refuse_other_suite(self, result: Result) -> None:
        ours, theirs = self.suite.name, result.trial.suite
        if theirs != ours:
            raise RnnbenchError(
                f"{self.store.folder}: holds results of suite '{theirs}'; give '{ours}' another"
                " folder with -o"
            )

    def _skip_without_data(self) -> None:
        """What cannot have its data is skipped with the reason, its search left out; what has a
        result keeps it."""
        reasons = tasks_without_data(self.suite, self.index, self.catalogue)
        self.suite = without_tasks(self.whole, set(reasons))
        here = {trial_id(trial) for trial in due_trials(self.suite, self.index)}
        due = {trial_id(trial) for trial in due_trials(self.whole, self.index)}
        kept = sum(identity in self.index for identity in due - here)
        for task, reason in reasons.items():
            for trial in list(evaluations_without_result(self.whole, task, self.index)):
                self._finish(without_run(trial, "skipped", reason))
        self.progress.total = count_trials(self.suite) + kept + self.progress.new["skipped"]
