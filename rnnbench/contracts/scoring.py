"""Scores of answers, over the steps at which something was asked."""

from collections.abc import Mapping

import numpy as np

from rnnbench.contracts.batch import Array, Batch
from rnnbench.metric import Metric


def score(metrics: tuple[Metric, ...], outputs: Array, batch: Batch) -> dict[str, float]:
    """All metrics of these outputs on this batch, by name.

    Outputs at every step, (B, T, O), are cut down to the asked steps, (N, O), and targets with
    them; every other kind of answer is handed on as it is.
    """
    asked, targets = batch.asked, batch.targets
    if outputs.ndim == 3 and targets.shape[:2] == outputs.shape[:2]:
        chosen = np.ones(outputs.shape[:2], dtype=bool) if asked is None else asked
        outputs, targets = outputs[chosen], targets[chosen]
    return compute(metrics, outputs, targets, batch.extra)


def compute(
    metrics: tuple[Metric, ...], outputs: Array, targets: Array, extra: Mapping[str, Array]
) -> dict[str, float]:
    """All metrics of these outputs against these targets, by name."""
    return {metric.name: float(metric.compute(outputs, targets, extra)) for metric in metrics}
