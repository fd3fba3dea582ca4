"""What is drawn of predictions on the test part of a user's file."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnnbench.findings.tryout.records import Confusion, ForecastLine, StepErrors
from rnnbench.tryout.losses import Array, Losses

MOST_SERIES = 4
MOST_POINTS = 400
"""Of a longer test part, the last rows are drawn."""


def forecast_lines(losses: Losses, cell: Array, baseline: Array) -> tuple[ForecastLine, ...]:
    """Return the forecasts of the first series over their test parts, (B, O) each in units.

    Of several targets, each has lines of its own, of so many series that there are few in all.
    """
    dataset = losses.dataset
    start = dataset.test.start
    if start is None or dataset.series is None:
        return ()
    series = dataset.series[start]
    targets = len(dataset.targets)
    ahead = cell.shape[1] // targets
    lines = []
    for number in np.unique(series)[: max(1, MOST_SERIES // targets)]:
        chosen = _apart(np.flatnonzero(series == number), start, ahead)
        for target in range(targets):
            lines.append(_line(losses, int(number), chosen, (cell, baseline), target))
    return tuple(lines)


def _apart(windows: NDArray[np.intp], start: NDArray[np.int64], ahead: int) -> NDArray[np.intp]:
    """Return windows whose answers do not overlap, the last ones of too many."""
    chosen: list[int] = []
    free_from = -1
    for window in windows[np.argsort(start[windows], kind="stable")]:
        if start[window] >= free_from:
            chosen.append(int(window))
            free_from = int(start[window]) + ahead
    return np.array(chosen[-(MOST_POINTS // ahead or 1) :])


def _line(
    losses: Losses,
    number: int,
    chosen: NDArray[np.intp],
    forecasts: tuple[Array, Array],
    target: int,
) -> ForecastLine:
    """Return the line of one target in one series, of the forecasts of a cell and a baseline."""
    dataset = losses.dataset
    start = dataset.test.start
    assert dataset.test.actual is not None
    assert start is not None
    actual, cell, baseline = (
        dataset.by_target(values[chosen])[:, target] for values in (dataset.test.actual, *forecasts)
    )
    rows = (start[chosen][:, None] + np.arange(cell.shape[1])).ravel()
    is_time = dataset.times is not None and _has_times(losses)
    places = rows.astype(float) if dataset.times is None else dataset.times[rows]
    return ForecastLine(
        title=_title(losses, number, target),
        places=_numbers(places),
        is_time=is_time,
        actual=_numbers(actual),
        cell=_numbers(cell),
        baseline=_numbers(baseline),
    )


def _title(losses: Losses, number: int, target: int) -> str:
    """Return the name of a series; of several targets, that of the target before it."""
    dataset = losses.dataset
    series = str(dataset.names[number]) if number < len(dataset.names) else ""
    if not losses.has_several_targets:
        return series
    column = dataset.targets[target]
    return f"{column}, {series}" if series else column


def _has_times(losses: Losses) -> bool:
    """Whether rows are ordered by a column of times, rather than one of numbers."""
    inspection = losses.dataset.inspection
    kinds = [column.kind for column in inspection.columns if column.role == "order"]
    return "times" in kinds


def _numbers(values: Array) -> tuple[float, ...]:
    """Return values with six digits, which a figure does not show."""
    return tuple(float(f"{value:.10g}") for value in np.ravel(values))


def step_errors(losses: Losses, name: str, predicted: Array, *, is_cell: bool) -> StepErrors:
    """Return the error at each step of the horizon, of forecasts (B, O) in units."""
    means = losses.dataset.by_target(losses.squared(predicted)).mean(axis=(0, 1))
    errors = tuple(float(losses.figure(float(mean))) for mean in means)
    return StepErrors(name=name, is_cell=is_cell, errors=errors)


def confusion(losses: Losses, name: str, predicted: Array) -> Confusion:
    """Return how often each class got each answer, of numbers of classes (B,)."""
    count = len(losses.dataset.preparation.classes)
    right = np.asarray(losses.dataset.test.targets)
    counts = np.zeros((count, count), dtype=int)
    np.add.at(counts, (right, predicted.astype(int)), 1)
    return Confusion(name=name, counts=tuple(_rows(counts)))


def _rows(counts: NDArray[np.int64]) -> Iterator[tuple[int, ...]]:
    for row in counts.tolist():
        yield tuple(row)
