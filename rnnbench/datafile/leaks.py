"""Finds columns that hold the target or its future, by a fit of one column alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.cells import Values
from rnnbench.datafile.inputs import ReadColumns
from rnnbench.datafile.kinds import notice, unusable
from rnnbench.datafile.records import Choices, Notice, window_of
from rnnbench.datafile.table import Array, Table
from rnnbench.datafile.windows import Rows
from rnnbench.text import rounded

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


def leaks_of_targets(
    table: Table,
    columns: Mapping[str, Values],
    read: ReadColumns,
    arranged: Array,
    rows: Rows,
    choices: Choices,
) -> list[Notice]:
    """Notices on inputs that hold a target or its future, one for each input.

    Raises RnnbenchError where a target gives another one away, since it cannot be left out.
    """
    by_column: dict[str | None, Notice] = {}
    for target in read.targets:
        beside = tuple(name for name in read.names if name != target)
        for noticed in leak_notices(columns, target, beside, arranged, rows, choices):
            if noticed.column in read.targets:
                what = noticed.sentence[0].lower() + noticed.sentence[1:].rstrip(".")
                raise unusable(
                    table.file,
                    f"{what}: both cannot be forecast at once, unless --keep names the column",
                )
            by_column.setdefault(noticed.column, noticed)
    return list(by_column.values())


def leak_notices(
    columns: Mapping[str, Values],
    target: str,
    names: tuple[str, ...],
    arranged: Array,
    rows: Rows,
    choices: Choices,
) -> list[Notice]:
    """Notices on columns that hold the target or its future, by training rows alone.

    arranged: (R,) the rows of the table in the order of series and times.
    """
    train = rows.part == 0
    inputs = {name: columns[name].numbers[arranged[train]] for name in names}
    answers = columns[target].numbers[arranged[train]]
    leads = window_of(choices) + choices.horizon - 1
    notices = []
    for leak in find_leaks(answers, inputs, rows.series[train], leads):
        if leak.column in choices.keep:
            continue
        kind = "future-of-target" if leak.lead else "copy-of-target"
        when = f" {leak.lead} rows later" if leak.lead > 1 else " of the next row"
        holds = f"holds '{target}'{when}" if leak.lead else f"equals '{target}'"
        sentence = (
            f"Column '{leak.column}' {holds}: a line through it alone leaves"
            f" {rounded(100 * leak.left, 2)} % of the variance on training rows."
        )
        if leak.lead:
            own = rounded(100 * leak.left_own, 2)
            sentence = f"{sentence[:-1]}, one through the last value of '{target}' {own} %."
        notices.append(notice(kind, sentence, column=leak.column))
    return notices
