"""Fits the baselines that a file has: of forecasts, of classes, or of a text."""

from rnnbench.baselines.classes import fit_classes
from rnnbench.baselines.forecasts import fit_forecasts
from rnnbench.baselines.language import fit_language
from rnnbench.baselines.records import BaselineScore
from rnnbench.datafile import Dataset


def fit_baselines(dataset: Dataset) -> tuple[BaselineScore, ...]:
    """Fit all baselines on training data, choose their settings on validation data, and score them.

    Forecasts: the last value; the value one season before; ridge regression and gradient-boosted
    trees on the window that cells read. Classes: the majority; logistic regression and
    gradient-boosted trees. Texts: n-gram models. The first one is the trivial one.
    """
    kind = dataset.inspection.kind
    if kind == "forecast":
        return fit_forecasts(dataset)
    if kind == "language model":
        return fit_language(dataset)
    return fit_classes(dataset)
