"""How far written sequences are from the right ones, where several may be right."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench

ABSENT = -1
Array = NDArray[Any]
Extra = Mapping[str, Array]


def written(row: Array) -> list[int]:
    """The tokens of one answer, without what stands behind its end."""
    found: list[int] = row[row != ABSENT].tolist()
    return found


def right_ones(extra: Extra) -> list[list[list[int]]]:
    """The right answers to each example, from `extra["right"]`, (B, K, L), padded with -1."""
    return [
        [written(answer) for answer in answers if (answer != ABSENT).any()]
        for answers in extra["right"]
    ]


def closest(outputs: Array, extra: Extra) -> tuple[Array, Array]:
    """Edits to the right answer that takes the fewest, and the length of that answer: (B,) each.

    An edit inserts, deletes or replaces a token (Levenshtein 1966).
    """
    from rapidfuzz.distance import Levenshtein  # a compiled module that listing tasks does not need

    found = [
        min((Levenshtein.distance(written(row), right), len(right)) for right in answers)
        for row, answers in zip(outputs, right_ones(extra), strict=True)
    ]
    edits, lengths = np.array(found, dtype=np.int64).T
    return edits, lengths


def _exact(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    return float(np.mean(closest(outputs, extra)[0] == 0))


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
