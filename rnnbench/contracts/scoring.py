"""Scores of answers, over the steps at which answers are asked for."""

from collections.abc import Mapping

import numpy as np

from rnnbench.contracts.batch import Array, Batch
from rnnbench.metric import Metric


def score(metrics: tuple[Metric, ...], outputs: Array, batch: Batch) -> dict[str, float]:
    """Compute all metrics of these outputs on this batch, by name.

    Outputs at every step, (B, T, O), and their targets are reduced to the asked steps, (N, O). Any
    other kind of answer is passed on unchanged.
    """
    targets = batch.targets
    if outputs.ndim == 3 and targets.shape[:2] == outputs.shape[:2]:
        asked = batch.asked
        if asked is None:
            asked = np.ones(outputs.shape[:2], dtype=bool)
        return compute(metrics, outputs[asked], targets[asked], batch.extra)
    return compute(metrics, outputs, targets, batch.extra)


def compute(
    metrics: tuple[Metric, ...], outputs: Array, targets: Array, extra: Mapping[str, Array]
) -> dict[str, float]:
    """Compute all metrics of these outputs against these targets, by name."""
    return {metric.name: float(metric.compute(outputs, targets, extra)) for metric in metrics}
