"""Estimates how long trials take, by past results of trials with the same work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from statistics import median

from msgspec.structs import replace

from rnnbench import text
from rnnbench.errors import RnnbenchError
from rnnbench.records import CostTrial, LearningTrial, Recipe, Result, Trial, canonical
from rnnbench.store import Store

SEARCH = [
    "search",
    "tune",
    "learning_rates",
    "tuning_seeds",
    "race_from",
    "lowest_rate",
    "highest_rate",
]
IDLE = [*SEARCH, "learning_rate", "epochs", "stop_when_solved", "futility_epochs"]
LIMITS = ["limit_seconds", "limit_memory_mib", "limit_output_mib"]
ANY = {field: getattr(Recipe(), field) for field in (*IDLE, *LIMITS)}
"""Defaults for the keys of a recipe that do not change the time of an epoch."""


def estimate(to_run: Sequence[Trial], later: int, store: Store, jobs: int) -> str:
    """A line with the estimated time of the trials, and the number of those without an estimate.

    The whole budget of epochs is assumed. Past results are those of the run itself and of runs in
    neighbouring folders.
    """
    past = _past_seconds(store)
    learning = 0.0
    alone = 0.0
    unknown = 0
    for trial in to_run:
        seconds = past.get(_work(trial))
        if not seconds:
            unknown += 1
        elif isinstance(trial, CostTrial):
            alone += median(seconds)
        else:
            learning += median(seconds) * trial.recipe.epochs
    count = len(to_run) - unknown
    duration = timedelta(seconds=round(learning / jobs + alone))
    parts = []
    if count:
        trials = text.counted(count, "trial")
        parts.append(f"at most about {duration} for {trials} at -j {jobs}, by past results")
    if unknown:
        parts.append(f"{text.counted(unknown, 'trial')} without a comparable past result")
    if later > 0:
        parts.append(f"up to {text.counted(later, 'trial')} later on, not estimated")
    return f"time  {'; '.join(parts) or 'nothing to run'}"


def _past_seconds(store: Store) -> Mapping[bytes, list[float]]:
    """The seconds of past trials by their work: of an epoch of learning, or of a cost trial."""
    by_work: dict[bytes, list[float]] = defaultdict(list)
    neighbours = {path.parent for path in store.folder.parent.glob("*/trials")}
    for folder in sorted({store.folder, *neighbours}):
        with suppress(RnnbenchError):  # results of a later version cannot be read
            for result in Store(folder).read():
                seconds = _seconds(result)
                if seconds:
                    by_work[_work(result.trial)].append(seconds)
    return by_work


def _seconds(result: Result) -> float:
    """The seconds of a cost trial or of an epoch of learning; 0 where they are unknown."""
    if isinstance(result.trial, CostTrial):
        return result.seconds.process if result.status == "ok" else 0.0
    epochs = result.learning.epochs_run if result.learning and not result.resumed_at else 0
    return result.seconds.process / epochs if epochs else 0.0


def _work(trial: Trial) -> bytes:
    """A key that trials share if they, or their epochs, take about the same time."""
    if isinstance(trial, CostTrial):
        return canonical(replace(trial, suite="", suite_version=0, round=0, session=""))
    recipe = replace(trial.recipe, **ANY)
    alike: LearningTrial = replace(
        trial,
        suite="",
        suite_version=0,
        seed=0,
        learning_rate=1.0,
        phase="evaluation",
        recipe=recipe,
    )
    return canonical(alike)
