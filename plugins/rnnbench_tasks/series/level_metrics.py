"""Metrics of forecasts in units of the series, from outputs that may mean changes or logarithms."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.series.forecasting import percentage_error

Array = NDArray[Any]
Extra = Mapping[str, Array]
Score = Callable[[Array, Extra], float]
LARGEST_LOGARITHM = 80.0
"""Logarithms of a forecast are cut here, so that the square of the value is a finite number."""


def in_units(outputs: Array, extra: Extra) -> Array:
    """Return forecasts in units of the series, (B, O): scaling, differences and logarithms are
    undone.

    extra: of each answer, the number of which outputs are the scaled difference ("references"),
           the "offset" and "scale" of that difference, and whether both are "logarithmic".
    """
    x = extra["references"] + extra["offset"] + extra["scale"] * outputs.astype(np.float64)
    level: Array = np.where(extra["logarithmic"], np.exp(np.minimum(x, LARGEST_LOGARITHM)), x)
    return level


def _skill(forecast: Array, extra: Extra) -> float:
    trivial = np.mean(np.square(extra["trivial"] - extra["actual"]))
    return float(1 - np.mean(np.square(forecast - extra["actual"])) / trivial)


def _mae(forecast: Array, extra: Extra) -> float:
    return float(np.mean(np.abs(forecast - extra["actual"])))


def _mape(forecast: Array, extra: Extra) -> float:
    return percentage_error(forecast, extra["actual"])


def _mase(forecast: Array, extra: Extra) -> float:
    return _mae(forecast, extra) / float(extra["naive_error"][0, 0])


SCORES: Mapping[str, Score] = {"skill": _skill, "mae": _mae, "mape": _mape, "mase": _mase}


def scores_of(forecast: Array, extra: Extra) -> dict[str, float]:
    """Return all scores of a forecast in units of the series, (B, O)."""
    return {name: score(forecast, extra) for name, score in SCORES.items()}


def _of_outputs(name: str) -> Callable[[Array, Array, Extra], float]:
    def compute(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
        return SCORES[name](in_units(outputs, extra), extra)

    return compute


METRICS = (
    rnnbench.Metric(
        "skill", "1 - MSE / MSE of the trivial forecast", "higher", _of_outputs("skill")
    ),
    rnnbench.Metric("mae", "units of the series", "lower", _of_outputs("mae")),
    rnnbench.Metric("mape", "% of the value, where it is not 0", "lower", _of_outputs("mape")),
    rnnbench.Metric(
        "mase", "MAE / MAE of the trivial forecast in training", "lower", _of_outputs("mase")
    ),
)
"""source of the last one: Hyndman & Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001."""
