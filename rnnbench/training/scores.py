"""Scores as results keep them: by metric, finite, and absent with a reason where they are not."""

import math
from collections.abc import Mapping

from rnnbench.contracts import Task
from rnnbench.records import MetricNote
from rnnbench.training.feed import Feed


def metric_notes(task: Task, feed: Feed) -> tuple[MetricNote, ...]:
    """The metrics on the task itself, then those on its other settings."""
    return tuple(
        MetricNote(f"{metric.name}{where}", metric.unit, metric.direction)
        for where in feed.settings
        for metric in task.metrics
    )


def finite_scores(
    scores: Mapping[str, float], absent: dict[str, str], what: str
) -> dict[str, float]:
    """The finite ones; the others are noted as absent, for NaN is not a figure."""
    for name, value in scores.items():
        if not math.isfinite(value):
            absent[f"{what} {name}"] = f"came out as {value}"
    return {name: float(value) for name, value in scores.items() if math.isfinite(value)}
