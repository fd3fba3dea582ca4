"""Forecasts of a series: their metrics, and chronological cuts that no answer crosses."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]
Extra = Mapping[str, Array]


def percentage_error(forecast: Array, actual: Array) -> float:
    """Mean absolute error in per cent of what came, where that is not 0."""
    there = actual != 0
    return float(100 * np.mean(np.abs(forecast[there] / actual[there] - 1)))


def _skill(outputs: Array, targets: Array, extra: Extra) -> float:
    """1 - MSE / MSE of the trivial forecast: above 0 beats it."""
    trivial = np.mean(np.square(extra["trivial"] - targets))
    return float(1 - np.mean(np.square(outputs.astype(np.float64) - targets)) / trivial)


def _mape(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return percentage_error(
        extra["offset"] + extra["scale"] * outputs.astype(np.float64), extra["actual"]
    )


def _mase(outputs: Array, targets: Array, extra: Extra) -> float:
    return float(np.mean(np.abs(outputs.astype(np.float64) - targets)) / extra["naive_error"][0, 0])


SKILL = rnnbench.Metric("skill", "1 - MSE / MSE of the trivial forecast", "higher", _skill)
MAPE = rnnbench.Metric("mape", "% of the value, where it is not 0", "lower", _mape)
MASE = rnnbench.Metric("mase", "MAE / MAE of the trivial forecast in training", "lower", _mase)
"""Hyndman & Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001."""


def chronological(
    first: int, borders: tuple[int, int, int], ahead: int
) -> tuple[Array, Array, Array]:
    """Where answers of `ahead` values begin in training, validation and test data, from position
    `first` on.

    borders: where validation data begin, where test data begin, where the series ends. No answer
             crosses one.
    """
    begins = (first, max(first, borders[0]), max(first, borders[1]))
    train, validation, test = (
        np.arange(b, e - ahead + 1) for b, e in zip(begins, borders, strict=True)
    )
    return train, validation, test


def windows(
    inputs_NI: Array, series_N: Array, starts: Array, horizon: int, ahead: int
) -> tuple[Array, Array]:
    """The `horizon` steps before each start, (B, T, I), and the `ahead` values of the series from
    it on, (B, O)."""
    before = np.lib.stride_tricks.sliding_window_view(inputs_NI, horizon, axis=0)[starts - horizon]
    return before.transpose(0, 2, 1).copy(), answers(series_N, starts, ahead)


def answers(series_N: Array, starts: Array, ahead: int) -> Array:
    """The `ahead` values of a series from each start on, (B, O)."""
    return np.lib.stride_tricks.sliding_window_view(series_N, ahead)[starts]


def references(
    actual: Array, trivial: Array, offset: float, scale: float, naive_error: float
) -> dict[str, Array]:
    """What the metrics need beside outputs: `actual` (B, O) as they were measured, the rest in
    scaled units."""

    def column(value: float) -> Array:
        return np.full((len(actual), 1), value)

    return {
        "actual": actual,
        "trivial": (trivial - offset) / scale,
        "offset": column(offset),
        "scale": column(scale),
        "naive_error": column(naive_error / scale),
    }
