"""Scores in the form of results: finite numbers by metric, and a reason for each absent one."""

import math
from collections.abc import Mapping

from rnnbench.records import MetricNote
from rnnbench.training.feed import Feed


def metric_notes(feed: Feed) -> tuple[MetricNote, ...]:
    """Return the metrics on the task itself, then those of its other settings."""
    notes = []
    for setting, task in feed.settings.items():
        for metric in task.metrics:
            notes.append(MetricNote(f"{metric.name}{setting}", metric.unit, metric.direction))
    return tuple(notes)


def finite_scores(
    scores: Mapping[str, float], absent: dict[str, str], what: str
) -> dict[str, float]:
    """Return the finite scores; add a reason to `absent` for each of the others.

    what: the kind of score, with which the keys in `absent` begin.
    """
    finite = {}
    for name, value in scores.items():
        if math.isfinite(value):
            finite[name] = float(value)
        else:
            absent[f"{what} {name}"] = f"came out as {value}"
    return finite
