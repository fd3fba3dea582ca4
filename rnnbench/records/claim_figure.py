"""The figures that a claim may be about."""

from typing import Literal

from rnnbench.records.cost_measurement import Measurement

LearningFigure = Literal[
    "epochs",  # to the threshold, the budget standing for "not reached"
    "solved",  # whether the threshold was reached
    "score",  # on test data, by a metric
    "diagnosis",  # a figure of a diagnostic
]
CostFigureName = Literal[
    "train-time",
    "inference-time",
    "peak-memory",
    "saved-memory",
    "state-memory",
    "parameters",
    "operations",
]
Figure = LearningFigure | CostFigureName | Literal["seconds"]
MEASURED_BY: dict[str, Measurement] = {
    "train-time": "train-step-time",
    "inference-time": "inference-time",
    "peak-memory": "peak-memory",
    "saved-memory": "peak-memory",
    "state-memory": "peak-memory",
    "parameters": "operations",
    "operations": "operations",
    "seconds": "train-step-time",
}
"""The measurement that gives each figure of cost."""
RATIOS = frozenset({"epochs", "diagnosis", *MEASURED_BY})
"""Figures of two cells that are compared by their ratio; other figures are compared by
difference."""
