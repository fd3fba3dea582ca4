"""`rnnbench run suite --dry-run`: which trials would run, at which hidden sizes, and about how long that takes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from statistics import median

import msgspec

from rnnbench import environment
from rnnbench.cli.output import console, print_line
from rnnbench.executors.local import LocalPool
from rnnbench.plan import count_trials, due_trials, known
from rnnbench.records import CostTrial, LearningTrial, Result, Suite, Trial, trial_id
from rnnbench.store import Store

Kind = tuple[object, ...]
"""What trials share that take about as long a step."""


def print_plan(suite: Suite, store: Store, jobs: int | None, *, fresh: bool) -> None:
    """Print every trial whose turn has come as done or to run, the model that each budget gives, and an estimate.

    Models are sized in processes of their own, under the limits of their trials.
    """
    index = {trial_id(result.trial): known(result) for result in store.read() if result.final}
    due = due_trials(suite, index)
    to_run = [trial for trial in due if fresh or trial_id(trial) not in index]
    running = {trial_id(trial) for trial in to_run}
    for trial in due:
        identity = trial_id(trial)
        print_line(f"{'run ' if identity in running else 'done'}  {identity}")
    later = count_trials(suite) - len(due)
    if later:
        print_line(f"then  up to {later} trials whose turn comes by what these find")
    for line in _sizes(due):
        print_line(line)
    told = _estimate(to_run, later, _rates(store), jobs or environment.machine().cores)
    console().print(told, markup=False, soft_wrap=True)


def _sizes(trials: Iterable[Trial]) -> Iterator[str]:
    """A line for each model that is built: one of each cell, task and recipe."""
    models: dict[bytes, LearningTrial] = {}
    for trial in trials:
        if isinstance(trial, LearningTrial):
            alike = msgspec.structs.replace(trial, seed=0, learning_rate=1.0, phase="evaluation")
            models.setdefault(msgspec.json.encode(alike, order="deterministic"), alike)
    waiting = list(models.values())
    with LocalPool(environment.machine().cores, only_size=True) as pool:
        while waiting or pool.in_flight:
            while waiting and pool.free > 0:
                pool.start(waiting.pop(0))
            yield from map(_size, pool.wait(1.0))


def _size(result: Result) -> str:
    trial = result.trial
    assert isinstance(trial, LearningTrial)
    horizon = f", horizon {trial.dials['horizon']}" if "horizon" in trial.dials else ""
    what = f"size  {trial.cell.row} on {trial.task}{horizon} ({trial.recipe.model})"
    size = result.size
    if size is None:
        return f"{what}: {result.status}: {result.reason}"
    off = f", {size.off_budget:+.1%} from the budget" if size.off_budget else ""
    floats = f"{size.state_floats:,} numbers in its state"
    return f"{what}: hidden size {size.hidden_size}, {size.parameters:,} parameters, {floats}{off}"


def _kind(trial: Trial) -> Kind:
    if isinstance(trial, CostTrial):
        return trial.measurement, trial.shape, len(trial.cells)
    return trial.cell.name, trial.task, trial.dials.get("horizon")


def _steps(trial: Trial) -> int:
    """What the time of a trial grows with: the epochs of its budget, or the steps that are measured."""
    return trial.repeats if isinstance(trial, CostTrial) else trial.recipe.epochs


def _rates(store: Store) -> Mapping[Kind, list[float]]:
    """Seconds a step of the budget that past trials of each kind took, in this run and in those beside it."""
    rates: dict[Kind, list[float]] = defaultdict(list)
    folders = sorted({store.folder, *(path.parent for path in store.folder.parent.glob("*/trials"))})
    for folder in folders:
        for result in Store(folder).read():
            if result.status in ("ok", "stopped", "diverged") and result.seconds.process:
                rates[_kind(result.trial)].append(result.seconds.process / _steps(result.trial))
    return rates


def _estimate(to_run: list[Trial], later: int, rates: Mapping[Kind, list[float]], jobs: int) -> str:
    """How long the trials take that past results know of, and how many there are of which they know nothing."""
    learning = alone = 0.0
    unknown = 0
    for trial in to_run:
        past = rates.get(_kind(trial))
        if not past:
            unknown += 1
        elif isinstance(trial, CostTrial):
            alone += median(past) * _steps(trial)
        else:
            learning += median(past) * _steps(trial)
    count = len(to_run) - unknown
    known_part = (
        f"about {timedelta(seconds=round(learning / jobs + alone))} for {count} trials at -j {jobs}, by past results"
    )
    parts = [known_part] if count else []
    if unknown:
        parts.append(f"{unknown} trials of kinds that no past result tells of")
    if later:
        parts.append(f"up to {later} trials later on, not estimated")
    return f"time  {'; '.join(parts) or 'nothing to run'}"
