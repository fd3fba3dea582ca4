"""Chooses a setting of a baseline on validation data."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rnnbench.datafile.table import Array

PENALTIES = tuple(float(penalty) for penalty in 10.0 ** np.arange(-4, 7))
MOST_TRAINED_ON = 50_000
"""Windows or sequences that a baseline is fitted on; of more, evenly spaced ones are taken."""


class Setting(NamedTuple):
    """A setting, with what the model answers on validation and test data, and its error on the
    former, which is to be low."""

    words: str
    validation: Array
    test: Array
    error: float


def best(settings: Iterable[Setting]) -> Setting:
    """The setting with the least error on validation data; the first one of equal ones."""
    return min(settings, key=lambda setting: setting.error)


def flat(inputs: Array) -> Array:
    """Windows (B, T, I) as rows of numbers, (B, T I) float64."""
    rows: Array = inputs.reshape(len(inputs), -1).astype(np.float64)
    return rows


def spaced(count: int) -> slice:
    """At most MOST_TRAINED_ON of so many examples, evenly spaced."""
    return slice(None, None, max(1, -(-count // MOST_TRAINED_ON)))
