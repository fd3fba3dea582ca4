"""The season of a series: how many rows before now it was the same time of day, week or year."""

from typing import NamedTuple

import numpy as np

from rnnbench.datafile.dataset import Dataset
from rnnbench.datafile.steps import DAY, HOUR
from rnnbench.datafile.table import Array

WEEK = 7 * DAY
BY_CALENDAR = (
    ((0.9 * DAY, 1.1 * DAY), (7,), "week"),
    ((6.5 * DAY, 7.5 * DAY), (52,), "year"),
    ((27 * DAY, 32 * DAY), (12,), "year"),
    ((89 * DAY, 93 * DAY), (4,), "year"),
)
"""Usual steps in seconds, the rows of a season, and its name."""


class Season(NamedTuple):
    """A season: how many rows it has, and what it is in words."""

    rows: int
    words: str


def find_season(dataset: Dataset) -> Season | None:
    """The season that errs least on training windows, of those that the calendar has.

    Where the file has no dates, any number of rows from 2 up to the window is tried. None where
    none fits in a window.
    """
    window = dataset.preparation.window
    candidates = [one for one in _candidates(dataset) if 1 < one.rows <= window]
    if not candidates:
        return None
    return min(candidates, key=lambda one: _error(dataset, one.rows))


def _candidates(dataset: Dataset) -> list[Season]:
    """Seasons by the usual step of time."""
    step_words = dataset.inspection.order.step or ""
    if step_words == "every business day":
        return [Season(5, "one week before")]
    step = _usual_step(dataset)
    if not step_words.startswith("every") or step is None:
        window = dataset.preparation.window
        return [Season(rows, f"{rows} rows before") for rows in range(2, window + 1)]
    if step <= 12 * HOUR:
        seasons = [Season(round(DAY / step), "one day before")]
        seasons.append(Season(round(WEEK / step), "one week before"))
        return seasons
    for (least, most), rows, name in BY_CALENDAR:
        if least <= step <= most:
            return [Season(one, f"one {name} before") for one in rows]
    return []


def _usual_step(dataset: Dataset) -> float | None:
    """The median step within series, in seconds; None without times."""
    if dataset.times is None or dataset.series is None:
        return None
    steps = np.diff(dataset.times)[np.diff(dataset.series) == 0]
    return float(np.median(steps)) if len(steps) else None


def _error(dataset: Dataset, rows: int) -> float:
    """The mean absolute error on training windows; of several targets, in errors of each one's
    last value."""
    train = dataset.train
    assert train.actual is not None
    errors = np.abs(seasonal(dataset, train.start, rows) - train.actual)
    if len(dataset.targets) == 1:
        return float(errors.mean())
    naive = dataset.naive_errors
    means = dataset.by_target(errors).mean(axis=(0, 2))
    return float(np.mean(means / np.where(naive > 0, naive, 1.0)))


def seasonal(dataset: Dataset, start: Array | None, rows: int) -> Array:
    """The targets at the same time of the last season that a window shows, (B, O)."""
    assert dataset.levels is not None
    assert start is not None
    assert dataset.preparation.answer is not None
    places = np.arange(len(dataset.preparation.answer.offset)) % rows - rows
    by_row = dataset.levels[start[:, None] + places]
    found: Array = by_row.transpose(0, 2, 1).reshape(len(start), -1)
    return found
