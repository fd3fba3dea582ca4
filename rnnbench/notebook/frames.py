"""Records as frames of pandas: columns that are always there, then those that vary."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import pandas as pd

from rnnbench.records import Dial, MetricNote

TEXT = "string"
COUNT = "Int64"
NUMBER = "float64"
FLAG = "boolean"
MOMENT = "moment"
"""Types of columns. A text, a count or a flag that is absent is pandas' NA, a number is NaN, a
moment (of UTC, written as ISO 8601 has it) is NaT."""
KINDS: dict[type, str] = {str: TEXT, int: COUNT, float: NUMBER, bool: FLAG}
Line = dict[str, Dial]
"""One row of a frame, by column; a column that it lacks is absent."""


def frame(lines: Iterable[Line], kinds: Mapping[str, str]) -> pd.DataFrame:
    """A frame with the columns of `kinds`, in their order and of their types, then those that lines
    have besides."""
    lines = list(lines)
    further = dict.fromkeys(name for name in chain.from_iterable(lines) if name not in kinds)
    columns = {}
    for name in (*kinds, *further):
        values = [line.get(name) for line in lines]
        columns[name] = _column(values, kinds.get(name) or _kind(values))
    return pd.DataFrame(columns)


def _column(values: Sequence[Dial], kind: str) -> pd.Series:
    if kind == MOMENT:
        texts = pd.Series(values, dtype="object")
        times = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
        return times.astype("datetime64[us, UTC]")
    return pd.Series(values, dtype=kind)


def with_prefix(prefix: str, values: Mapping[str, Dial]) -> Line:
    """These values as columns of their own, such as `dial_horizon`."""
    return {f"{prefix}_{name}": value for name, value in values.items()}


def scores(prefix: str, metrics: Sequence[MetricNote], found: Mapping[str, float]) -> Line:
    """A score by each metric that has one, such as `test_accuracy`."""
    names = [metric.name for metric in metrics if metric.name in found]
    return {f"{prefix}_{name}": found[name] for name in names}


def joined(reasons: Iterable[str]) -> str:
    """Reasons as one text, each once, empty ones left out."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


def _kind(values: Sequence[Dial]) -> str:
    """The type of a column that holds these values, whatever they are."""
    found = {type(value) for value in values if value is not None}
    if len(found) == 1:
        return KINDS.get(found.pop(), "object")
    return NUMBER if found == {int, float} else "object"
