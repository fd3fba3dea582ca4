"""Scores of forecasts in units of the series."""

from collections.abc import Mapping

import numpy as np

from rnnbench.datafile.table import Array


def forecast_scores(
    forecast: Array, actual: Array, last: Array, naive_error: float
) -> dict[str, float]:
    """Skill, MAE, MAPE and MASE of a forecast; all arrays are (B, O), in units of the series.

    skill: 1 - MSE / MSE of the last value repeated, which is above 0 for a better forecast.
    mae:   mean absolute error, in units of the series.
    mape:  mean absolute error in per cent of the value, where that is not 0; absent without any.
    mase:  MAE in MAEs of the last value on training data (`naive_error`).

    last:  the last value of each window, repeated. source of mase: Hyndman & Koehler 2006,
           doi:10.1016/j.ijforecast.2006.03.001.
    """
    errors = forecast - actual
    squares = np.mean(np.square(errors))
    mae = float(np.mean(np.abs(errors)))
    has_share = actual != 0
    shares = np.abs(errors[has_share] / actual[has_share])
    scores = {"skill": float(1 - squares / np.mean(np.square(last - actual))), "mae": mae}
    if len(shares):
        scores["mape"] = float(100 * np.mean(shares))
    scores["mase"] = mae / naive_error
    return scores


def scores_over_targets(
    forecast: Array, actual: Array, last: Array, naive_errors: Array
) -> dict[str, float]:
    """The scores of a forecast of K targets: of one, `forecast_scores`; of several, means of them.

    forecast, actual and last are (B, O), all rows ahead of the first target first; naive_errors is
    (K,). Each target's skill and MASE are against its own last value. There is no MAE of several
    targets, since their units differ, and no MAPE where a target has none.
    """
    size = (len(actual), len(naive_errors), -1)
    forecasts, actuals, lasts = (one.reshape(size) for one in (forecast, actual, last))
    found = []
    for place, naive_error in enumerate(naive_errors):
        own = forecasts[:, place], actuals[:, place], lasts[:, place]
        found.append(forecast_scores(*own, float(naive_error)))
    if len(found) == 1:
        return found[0]
    names = [name for name in found[0] if name != "mae" and all(name in one for one in found)]
    return {name: float(np.mean([one[name] for one in found])) for name in names}


def classification_scores(
    answers: Array, classes: Array, train_classes: Array
) -> Mapping[str, float]:
    """Accuracy of answers (B,), and its share of the way from the majority class to no error."""
    accuracy = float(np.mean(answers == classes))
    chance = float(np.mean(classes == np.bincount(train_classes).argmax()))
    scores = {"accuracy": accuracy}
    if chance < 1:
        scores["scaled accuracy"] = (accuracy - chance) / (1 - chance)
    return scores


def language_scores(logarithms: Array) -> dict[str, float]:
    """Bits a symbol and perplexity, of natural logarithms of the probabilities of symbols, (N,)."""
    mean = float(-np.mean(logarithms))
    return {"bits": mean / float(np.log(2)), "perplexity": float(np.exp(mean))}
