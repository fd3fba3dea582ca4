"""Reads what the trained models of a tryout say of the test part, and who looked at it before."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnnbench.driver import RunContents
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.rows import in_full
from rnnbench.records import CellUse, LearningTrial, Result, Trial, predictions_file
from rnnbench.tryout.evaluation import Predictions
from rnnbench.tryout.losses import Array, Losses


def predictions_of(contents: RunContents, folder: Path, losses: Losses) -> Predictions:
    """Read what the trained models of a run say of the test part; trials whose file is missing or
    damaged are left out."""
    found: dict[str, dict[int, Array]] = defaultdict(dict)
    for result in evaluations(contents):
        trial = result.trial
        assert isinstance(trial, LearningTrial)
        outputs = None
        if result.status == "ok":
            outputs = _read(predictions_file(folder, trial))
        if outputs is not None and np.isfinite(outputs).all():
            found[trial.cell.row][trial.seed] = losses.predicted(outputs)
    return found


def evaluations(contents: RunContents) -> list[Result]:
    """Return the results that count, as opposed to those of the learning-rate search."""
    return [result for result in contents.results if _counts(result.trial)]


def _counts(trial: Trial) -> bool:
    return isinstance(trial, LearningTrial) and trial.phase == "evaluation"


def _read(path: Path) -> Array | None:
    try:
        read: Array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return read


def looks_of(
    contents: RunContents, cells: Sequence[CellUse], predictions: Predictions, planned: int
) -> dict[str, Schedule]:
    """Return the looks at each cell: those that were recorded before, and this one.

    A folder holds one tryout, so that all looks in it are at its only condition.

    planned: the number of seeds that were planned.
    """
    schedules = {}
    for cell in cells:
        before = {look.seeds.get(in_full(cell), 0) for look in contents.looked.looks}
        seeds = len(predictions.get(cell.row, {}))
        looked = tuple(sorted(before - {seeds, 0}))
        schedules[cell.row] = Schedule(seeds, looked, contents.looked.planned or planned)
    return schedules
