"""A run of a suite, from what is stored of it to what was lacking."""

from collections import deque
from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench.campaign import checkpoints, weights
from rnnbench.campaign.cost_notices import BUSY, busy, enough, left_out, missing, reached, target_of
from rnnbench.campaign.data import kept_on, skipped, tasks_without_data
from rnnbench.campaign.dependences import Dependences
from rnnbench.campaign.executor_choice import ExecutorChoice
from rnnbench.campaign.membership import Membership, refuse_other_suite
from rnnbench.campaign.progress import IDLE, Progress, Watch, outcome
from rnnbench.campaign.settling import settle
from rnnbench.campaign.superseded import superseded
from rnnbench.campaign.untested import untested
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import Executor, ExecutorContext
from rnnbench.executors.running import without_run
from rnnbench.plan import Known, count_trials, due_trials, known, plan, unclimbed
from rnnbench.provenance import without_helpers
from rnnbench.records import CostTrial, Result, Suite, Trial, trial_id
from rnnbench.store import Store, keep_planned

PATIENCE_SECONDS = 1.0


def run_suite(
    suite: Suite,
    catalogue: Catalogue,
    store: Store,
    place: ExecutorChoice,
    *,
    fresh: bool = False,
    watch: Watch,
) -> Progress:
    """Run what a suite lacks, and store results as they come; an interruption keeps them.

    Results that are not final count as lacking. With `fresh`, all results of this suite's trials
    are discarded first. Damaged results are put aside. Raises RnnbenchError where the folder cannot
    be written, is held by another run or suite, or is full.
    """
    store.prepare()
    with store.locked():
        stored = list(store.read())  # all of it is read before anything is changed
        settled = settle(suite, catalogue, store, fresh=fresh, keep=True)
        keep_planned(store.folder, len(suite.seeds))
        return _Campaign(settled, catalogue, store, place, watch, stored, fresh=fresh).run()


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
        self.catalogue = catalogue
        self.store = store
        self.place = place
        self.watch = watch
        self.progress = Progress(total=count_trials(suite))
        self.index: dict[str, Known] = {}
        self.new: set[str] = set()
        self.dependences = Dependences(catalogue, place.executor)
        self.context = ExecutorContext(store.folder.absolute(), place.jobs, *suite.kept)
        self.suite = suite
        self.without_data: dict[str, str] = {}
        self.progress.notices += [*untested(suite), *left_out(suite)]
        self._read(stored, fresh=fresh)

    def run(self) -> Progress:
        """Everything that is missing."""
        self._skip_without_data()
        queue: deque[Trial] = deque(plan(self.suite, self.index, (), self.without_data))
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
                queue.extend(plan(self.suite, self.index, pool.in_flight, self.without_data))
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
        """Take in what is stored; discard what is not final, and with `fresh` all of this suite."""
        membership = Membership(self.suite)
        changed: dict[str, tuple[str, ...]] = {}
        unrecorded: dict[str, tuple[str, ...]] = {}
        for result in stored:
            refuse_other_suite(self.suite, result, self.store.folder)
            trial = result.trial
            identity = trial_id(trial)
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
            self._finish(without_run(trial, "refused", self.place.refusal_of_cost))
            return True
        self.progress.total = max(self.progress.total, self.progress.done + len(pool.in_flight) + 1)
        with self.place.naming_failures():
            pool.start(trial)
        return False

    def _finish(self, result: Result) -> None:
        """Store a result, and take note of it."""
        self.progress.add_notices(weights.not_kept(self.context, result))
        trial = result.trial
        depends_on = self.dependences.settled(result)
        target = target_of(self.suite, trial)
        self.store.write(replace(result, provenance=depends_on, precision_target=target))
        identity = trial_id(trial)
        checkpoints.forget(self.context, trial)
        self.index[identity] = known(result)
        if not self.progress.tells(BUSY):
            self.progress.notices += busy(result)
        self.progress.add_notices(result.side_effects)
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
            discarded = f"{trial_id(old)} was discarded: the search now finds another rate"
            self.progress.notices.append(discarded)
        self.progress.notices += weights.lacking(self.context, self.store, self.new)
        checkpoints.remove_folder(self.context)
        self._count_kept()
        self.progress.total = self.progress.done  # a race may have asked for less
        self.progress.absent = missing(self.suite, self.index)
        how_it_ended = reached if self.new else enough
        self.progress.notices += how_it_ended(self.suite, self.index)
        self.watch(self.progress, None)

    def _count_kept(self) -> None:
        """Count the results of the suite's trials that were there before."""
        self.progress.kept.clear()
        for trial in due_trials(self.suite, self.index):
            identity = trial_id(trial)
            if identity in self.index and identity not in self.new:
                self.progress.kept[outcome(trial, self.index[identity].status)] += 1

    def _skip_without_data(self) -> None:
        """Skip the tasks whose data cannot be had, their searches included; keep their results."""
        self.without_data = tasks_without_data(self.suite, self.index, self.catalogue)
        kept = kept_on(self.suite, self.without_data, self.index)
        for result in list(skipped(self.suite, self.without_data, self.index)):
            self._finish(result)
        available = count_trials(self.suite, self.without_data)
        self.progress.total = available + kept + self.progress.new["skipped"]
