"""Finds columns that hold the target or its future, by a fit of one column alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.table import Array

EQUAL = 1e-6
"""The share of variance that a copy may leave."""
LEAK_SHARE = 0.05
"""The share of the error of the last value that a column of the future may leave."""
ROUNDING = 1e-9
"""The share below which variance is that of rounded arithmetic."""
MOST_ROWS = 20_000
MOST_LEADS = 100
LEAST_PAIRS = 10


@dataclass(frozen=True)
class Leak:
    """A column that gives the target away.

    lead:     0 where it equals the target, else how many rows ahead its value is.
    left:     the share of the target's variance that a line through this column leaves.
    left_own: the share that a line through the target's own last value leaves, one row ahead.
    """

    column: str
    lead: int
    left: float
    left_own: float


def find_leaks(target: Array, inputs: Mapping[str, Array], series: Array, leads: int) -> list[Leak]:
    """Fit the target of 0 to `leads` rows later by a line through each column alone.

    target, series and each input are (R,), of training rows in their order, NaN where missing. A
    column is the future where its line leaves less than 5 % of the error that a line through the
    target's own value leaves one row ahead.
    """
    target = target[-MOST_ROWS:]
    series = series[-MOST_ROWS:]
    left_own = _left(target, target, series, 1)
    found = []
    for name, values in inputs.items():
        values = values[-MOST_ROWS:]
        now = _left(values, target, series, 0)
        if now is not None and now < EQUAL:
            found.append(Leak(name, 0, now, left_own or 0.0))
            continue
        if left_own is None:
            continue
        best = min(
            ((_left(values, target, series, lead), lead) for lead in _leads(leads)),
            key=lambda pair: 1.0 if pair[0] is None else pair[0],
        )
        if best[0] is not None and best[0] < LEAK_SHARE * left_own:
            found.append(Leak(name, best[1], best[0], left_own))
    return found


def _leads(leads: int) -> range:
    return range(1, min(leads, MOST_LEADS) + 1)


def _left(values: Array, target: Array, series: Array, lead: int) -> float | None:
    """The share of variance, 1 - R^2, that a line leaves; None where no line can be fitted."""
    if len(values) <= lead + LEAST_PAIRS:
        return None
    x = values[: len(values) - lead]
    y = target[lead:]
    good = np.isfinite(x) & np.isfinite(y) & (series[: len(values) - lead] == series[lead:])
    if good.sum() < LEAST_PAIRS:
        return None
    x = x[good] - x[good].mean()
    y = y[good] - y[good].mean()
    spread = (x @ x) * (y @ y)
    if not np.isfinite(spread) or spread <= 0:
        return None
    left = 1 - (x @ y) ** 2 / spread
    return float(left) if left > ROUNDING else 0.0
