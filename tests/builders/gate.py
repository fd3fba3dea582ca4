"""The baseline of this project, and runs beside it."""

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec.structs import replace

from rnnbench.records import (
    LearningTrial,
    Result,
)
from rnnbench.store import Store

BASELINE = Path(__file__).parents[1] / "baseline" / "smoke"
KEPT = tuple(Store(BASELINE).read())
Edit = Callable[[Result], Result | None]


def edited(edit: Edit) -> tuple[Result, ...]:
    """The baseline measured again, with an edit of each result; None takes it out."""
    results = [edit(again(kept)) for kept in KEPT]
    return tuple(result for result in results if result is not None)


def again(result: Result) -> Result:
    """The same figures, measured on another day."""
    return replace(result, started="2030-01-01T00:00:00+00:00")


def is_learned(result: Result, cell: str = "gru", seed: int = 0) -> bool:
    trial = result.trial
    return isinstance(trial, LearningTrial) and (trial.cell.name, trial.task, trial.seed) == (
        cell,
        "adding",
        seed,
    )


def first(change: Callable[[Result], Result | None]) -> Edit:
    """The edit of one learning trial alone."""
    return lambda result: change(result) if is_learned(result) else result


def written(folder: Path, results: Iterable[Result]) -> Path:
    store = Store(folder)
    store.prepare()
    for result in results:
        store.write(result)
    return folder
