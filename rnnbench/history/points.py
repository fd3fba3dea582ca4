"""What a figure is at one commit: one value of its replicates or seeds."""

from collections.abc import Collection
from math import exp, fsum, inf, log
from statistics import fmean, median, median_low

from rnnbench.compare.records import Value
from rnnbench.compare.subjects import badness
from rnnbench.findings.learning.between_records import EPOCHS
from rnnbench.history.records import Point, Series


def is_of_epochs(series: Series) -> bool:
    """Whether a series is of epochs to target over seeds, some of which may not get there."""
    return series.kind == "learning" and series.figure.startswith(EPOCHS)


def point(series: Series, commit: str, values: Collection[Value]) -> Point:
    """Return the figure of a commit, from the values of its replicates or seeds."""
    numbers = [value for value in values if isinstance(value, int | float)]
    return Point(
        commit=commit,
        value=_value(series, values, numbers),
        low=min(numbers, default=None),
        high=max(numbers, default=None),
        n=len(values),
    )


def _value(series: Series, values: Collection[Value], numbers: list[float]) -> Value:
    match series.kind:
        case "outcome":
            return max((str(value) for value in values), key=badness)
        case "exact" | "deterministic":
            return _one_of(values, numbers)
        case "time":
            return exp(fmean(log(number) for number in numbers))
        case "learning" if is_of_epochs(series):
            return _median_epochs(values)
        case "learning":
            return fsum(numbers) / len(numbers)
        case _:
            return median(numbers)


def _one_of(values: Collection[Value], numbers: list[float]) -> Value:
    """Return the value of figures that should agree, and the median one of those that do not."""
    if len(numbers) == len(values):
        return median_low(numbers)
    return min(values, key=str)


def _median_epochs(values: Collection[Value]) -> float | None:
    """Return the median epochs, seeds that did not reach the target being above all others; None
    where that is most of them."""
    epochs = [value if isinstance(value, int | float) else inf for value in values]
    middle = median(epochs)
    return None if middle == inf else middle
