"""Forecasts of a series: metrics, windows, and chronological splits that no answer crosses."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]
Extra = Mapping[str, Array]


def percentage_error(forecast: Array, actual: Array) -> float:
    """Return the mean absolute error in per cent of the actual value, where that is not 0."""
    is_defined = actual != 0
    return float(100 * np.mean(np.abs(forecast[is_defined] / actual[is_defined] - 1)))


def _skill(outputs: Array, targets: Array, extra: Extra) -> float:
    """Return 1 - MSE / MSE of the trivial forecast, which is above 0 for a better forecast."""
    trivial = np.mean(np.square(extra["trivial"] - targets))
    error = np.mean(np.square(outputs.astype(np.float64) - targets))
    return float(1 - error / trivial)


def _mape(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    forecast = extra["offset"] + extra["scale"] * outputs.astype(np.float64)
    return percentage_error(forecast, extra["actual"])


def _mase(outputs: Array, targets: Array, extra: Extra) -> float:
    error = np.mean(np.abs(outputs.astype(np.float64) - targets))
    return float(error / extra["naive_error"][0, 0])


SKILL = rnnbench.Metric("skill", "1 - MSE / MSE of the trivial forecast", "higher", _skill)
MAPE = rnnbench.Metric("mape", "% of the value, where it is not 0", "lower", _mape)
MASE = rnnbench.Metric("mase", "MAE / MAE of the trivial forecast in training", "lower", _mase)
"""source: Hyndman & Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001."""


def chronological(
    first: int, borders: tuple[int, int, int], ahead: int
) -> tuple[Array, Array, Array]:
    """Return the positions of answers in training, validation and test data, (B,) each.

    first:   the position of the first answer.
    borders: where validation data begin, where test data begin, and where the series ends. No
             answer crosses one.
    ahead:   the number of values in an answer.
    """
    begins = (first, max(first, borders[0]), max(first, borders[1]))
    train, validation, test = (
        np.arange(begin, end - ahead + 1) for begin, end in zip(begins, borders, strict=True)
    )
    return train, validation, test


def windows(
    inputs_NI: Array, series_N: Array, starts: Array, horizon: int, ahead: int
) -> tuple[Array, Array]:
    """Return the inputs before each start, and the answers from it on.

    Inputs are `horizon` steps, (B, T, I); answers are `ahead` values of the series, (B, O).
    """
    before = np.lib.stride_tricks.sliding_window_view(inputs_NI, horizon, axis=0)[starts - horizon]
    return before.transpose(0, 2, 1).copy(), answers(series_N, starts, ahead)


def answers(series_N: Array, starts: Array, ahead: int) -> Array:
    """Return the `ahead` values of a series from each start on, (B, O)."""
    return np.lib.stride_tricks.sliding_window_view(series_N, ahead)[starts]


def references(
    actual: Array, trivial: Array, offset: float, scale: float, naive_error: float
) -> dict[str, Array]:
    """Return what the metrics need besides outputs and targets, in arrays of B rows.

    All arguments have the units of the file; `actual` and `trivial` are (B, O). The trivial
    forecast and the naive error are returned in the scale of the outputs.
    """
    column = np.ones((len(actual), 1))
    return {
        "actual": actual,
        "trivial": (trivial - offset) / scale,
        "offset": offset * column,
        "scale": scale * column,
        "naive_error": naive_error / scale * column,
    }
