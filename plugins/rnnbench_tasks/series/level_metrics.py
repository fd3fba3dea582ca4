"""Metrics of forecasts in units of the series, from outputs that may mean changes or logarithms."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench

Array = NDArray[Any]
Extra = Mapping[str, Array]
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


def scores_of(forecast: Array, extra: Extra) -> dict[str, float]:
    """Return all scores of a forecast in units of the series, (B, O); NaN if one is absent.

    extra: has the "naive_error" of each of the K series that are forecast at once, (B, K).
    """
    found = rnnbench.datafile.scores_over_targets(
        forecast, extra["actual"], extra["trivial"], extra["naive_error"][0]
    )
    return {"mae": np.nan, "mape": np.nan, **found}


def _of_outputs(name: str) -> Callable[[Array, Array, Extra], float]:
    def compute(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
        return scores_of(in_units(outputs, extra), extra)[name]

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
"""All of them are of the function `rnnbench.datafile.forecast_scores`."""
