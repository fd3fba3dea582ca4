"""Rows of tables: values by column; a column that a row lacks is absent."""

from collections.abc import Iterable, Mapping, Sequence

from rnnbench.records import Dial, MetricNote

Line = dict[str, Dial]
"""One row, by column."""


def with_prefix(prefix: str, values: Mapping[str, Dial]) -> Line:
    """Return these values as columns of their own, such as `dial_horizon`."""
    return {f"{prefix}_{name}": value for name, value in values.items()}


def scores(prefix: str, metrics: Sequence[MetricNote], found: Mapping[str, float]) -> Line:
    """Return a score by each metric that has one, such as `test_accuracy`."""
    names = [metric.name for metric in metrics if metric.name in found]
    return {f"{prefix}_{name}": found[name] for name in names}


def joined(reasons: Iterable[str]) -> str:
    """Return reasons as one text, each once, empty ones left out."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
