"""About how long trials take, by past results of trials that do the same work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from statistics import median

from msgspec.structs import replace

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
"""What does not change how long an epoch takes."""


def estimate(to_run: Sequence[Trial], later: int, store: Store, jobs: int) -> str:
    """How long the trials take that past results know of, the whole budget of epochs reckoned; and
    what is not known.

    Past results are those of the run itself and of runs whose folders lie beside it.
    """
    past = _past(store)
    learning = alone = 0.0
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
    parts = (
        [f"at most about {duration} for {count} trials at -j {jobs}, by past results"]
        if count
        else []
    )
    if unknown:
        parts.append(f"{unknown} trials whose like no past result has done")
    if later > 0:
        parts.append(f"up to {later} trials later on, not estimated")
    return f"time  {'; '.join(parts) or 'nothing to run'}"


def _past(store: Store) -> Mapping[bytes, list[float]]:
    """Seconds of past trials by their work: an epoch of learning trials, the whole of cost
    trials."""
    found: dict[bytes, list[float]] = defaultdict(list)
    for folder in sorted(
        {store.folder, *(path.parent for path in store.folder.parent.glob("*/trials"))}
    ):
        with suppress(RnnbenchError):  # a later version's results tell nothing here
            for result in Store(folder).read():
                if seconds := _seconds(result):
                    found[_work(result.trial)].append(seconds)
    return found


def _seconds(result: Result) -> float:
    if isinstance(result.trial, CostTrial):
        return result.seconds.process if result.status == "ok" else 0.0
    epochs = result.learning.epochs_run if result.learning and not result.resumed_at else 0
    return result.seconds.process / epochs if epochs else 0.0


def _work(trial: Trial) -> bytes:
    """What trials share that take about as long, an epoch of the one as an epoch of the other."""
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
