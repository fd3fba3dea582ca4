"""Metrics of sequences that a model writes, by the edits from each to its closest right answer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench

ABSENT = -1
"""Fills the places behind the last token of an answer."""
Array = NDArray[Any]
Extra = Mapping[str, Array]


def written(row: Array) -> list[int]:
    """Return the tokens of one answer, without its padding."""
    tokens: list[int] = row[row != ABSENT].tolist()
    return tokens


def right_ones(extra: Extra) -> list[list[list[int]]]:
    """Return the right answers to each example, from `extra["right"]` (B, K, L), padded with -1."""
    right = []
    for answers in extra["right"]:
        present = [answer for answer in answers if (answer != ABSENT).any()]
        right.append([written(answer) for answer in present])
    return right


def closest(outputs: Array, extra: Extra) -> tuple[Array, Array]:
    """Return the fewest edits to any right answer, and the length of that answer, (B,) each.

    An edit inserts, deletes or replaces one token. source: Levenshtein 1966.
    """
    from rapidfuzz.distance import Levenshtein  # a compiled module that listing tasks does not need

    closest_ones = []
    for row, answers in zip(outputs, right_ones(extra), strict=True):
        tokens = written(row)
        distances = [(Levenshtein.distance(tokens, right), len(right)) for right in answers]
        closest_ones.append(min(distances))
    edits, lengths = np.array(closest_ones, dtype=np.int64).T
    return edits, lengths


def _exact(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    edits, _ = closest(outputs, extra)
    return float(np.mean(edits == 0))


def _error_rate(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    edits, lengths = closest(outputs, extra)
    return float(edits.sum() / lengths.sum())


EXACT = rnnbench.Metric(
    "exact match", "share that equals a right answer to the last token", "higher", _exact
)
PHONEME_ERRORS = rnnbench.Metric(
    "phoneme error rate", "edits a right phoneme", "lower", _error_rate
)
CHARACTER_ERRORS = rnnbench.Metric(
    "character error rate", "edits a right character", "lower", _error_rate
)
