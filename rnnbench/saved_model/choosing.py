"""Chooses the best model of a run by validation data, which test scores must not decide."""

from pathlib import Path

from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import Learning, LearningTrial, Result, trial_id, weights_file
from rnnbench.store import Store
from rnnbench.text import listed

MOST_SHOWN = 4


def best_result(store: Store, *, trial: str | None = None, row: str | None = None) -> Result:
    """Return the result whose model is the best on validation data, of those with weights.

    trial: the id of a trial, or the beginning or the end of one; its result is returned.
    row:   what tables call the cell; None for all cells.

    Raises RnnbenchError where the run kept no weights, or has models of several tasks, which no
    score compares.
    """
    if trial is not None:
        return _with_weights(store, store.find(trial))
    results = [result for result in store.read() if _file(store, result) is not None]
    if not results:
        raise RnnbenchError(
            f"{store.folder}: there are no weights of a trained model; `--keep-weights` keeps them"
        )
    if row is not None:
        rows = {_trial(result).cell.row for result in results}
        if row not in rows:
            raise UnknownName("cell with weights", row, rows, str(store.folder))
        results = [result for result in results if _trial(result).cell.row == row]
    tasks = {_task_in_words(_trial(result)) for result in results}
    if len(tasks) > 1:
        raise RnnbenchError(
            f"{store.folder}: there are models of {len(tasks)} tasks"
            f" ({listed(sorted(tasks), MOST_SHOWN)}), which no score compares: name one by --trial"
        )
    return min(results, key=_badness)


def _badness(result: Result) -> tuple[float, str]:
    """The validation score by which a lower number is better; of equal ones, the id decides."""
    learning = _learning(result)
    metric = learning.metrics[0]
    score = validation_scores(learning)[metric.name]
    return (score if metric.direction == "lower" else -score, trial_id(result.trial))


def validation_scores(learning: Learning) -> dict[str, float]:
    """The scores on validation data at the chosen epoch."""
    for epoch in learning.curve:
        if epoch.epoch == learning.chosen_epoch:
            return epoch.validation
    return {}


def _with_weights(store: Store, result: Result) -> Result:
    """The result, if it has weights. Raises RnnbenchError."""
    if _file(store, result) is None:
        raise RnnbenchError(
            f"{store.folder}: trial {trial_id(result.trial)} has no weights; `--keep-weights` keeps"
            " them"
        )
    return result


def _file(store: Store, result: Result) -> Path | None:
    """The file of the weights of a result; None where there is none."""
    if not isinstance(result.trial, LearningTrial) or result.learning is None:
        return None
    path = weights_file(store.weights, result.trial)
    return path if path.is_file() else None


def _trial(result: Result) -> LearningTrial:
    assert isinstance(result.trial, LearningTrial)
    return result.trial


def _learning(result: Result) -> Learning:
    assert result.learning is not None
    return result.learning


def _task_in_words(trial: LearningTrial) -> str:
    dials = ", ".join(f"{name}={value}" for name, value in sorted(trial.dials.items()) if value)
    return f"{trial.task} ({dials})" if dials else trial.task
