"""Log-ratios of rows that were measured side by side, for all pairs of rows in one pass."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

Column = np.ndarray[tuple[int], np.dtype[np.float64]]
"""A figure of each step of one replicate."""


class Steps(NamedTuple):
    """The steps of a row in one replicate: its session, and the log-seconds of each step."""

    session: str
    log_seconds: Column


def shared_logs(ours: Mapping[str, Steps], theirs: Mapping[str, Steps]) -> dict[str, list[float]]:
    """Return log-ratios of two rows by session, of the processes that measured both."""
    return shared_logs_of_pairs([(ours, theirs)])[0]


def shared_logs_of_pairs(
    pairs: Sequence[tuple[Mapping[str, Steps], Mapping[str, Steps]]],
) -> list[dict[str, list[float]]]:
    """Return the shared log-ratios of each of these pairs of rows, all in one pass."""
    step_by_step = []
    for ours, theirs in pairs:
        for process, steps in ours.items():
            if process in theirs:
                step_by_step.append(steps.log_seconds - theirs[process].log_seconds)
    medians = iter(medians_of(step_by_step))
    found = []
    for ours, theirs in pairs:
        logs: dict[str, list[float]] = defaultdict(list)
        for process, steps in ours.items():
            if process in theirs:
                logs[steps.session].append(next(medians))
        found.append(dict(logs))
    return found


def medians_of(columns: Sequence[Column]) -> list[float]:
    """Return the median of each column; those of one length are computed together."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        places[len(column)].append(place)
    medians = [0.0] * len(columns)
    for alike in places.values():
        of_alike = np.median(np.stack([columns[place] for place in alike]), axis=1)
        for place, median in zip(alike, of_alike.tolist(), strict=True):
            medians[place] = median
    return medians
