"""Judges each cell of a user's file against the best baseline.

A cell may be ahead by luck in two ways: by the seeds that were drawn, and by the rows that happen
to be in the test part. It is better only where it is by both: the larger of two p-values tests that
either of them shows no difference (Berger 1982). These are the planned comparisons of a file, one
for each cell, and are corrected together by Holm's method at the level of this look.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.learning.multiplicity import adjusted
from rnnbench.findings.learning.records import Answered
from rnnbench.findings.stats.estimates import spread
from rnnbench.findings.stats.forecast_test import p_differ
from rnnbench.findings.stats.signed_rank import p_above, p_below
from rnnbench.findings.tryout.records import CellRow

Values = NDArray[np.float64]
Losses = Mapping[int, Values]
"""Losses of a cell on the test data by seed, (N,) each; lower is better."""


class LossScale(NamedTuple):
    """What losses on the test data mean.

    in_order: whether neighbours may depend on each other, as rows of a series do.
    figure:   the error that is shown, of a mean loss, with which it rises.
    """

    in_order: bool
    figure: Callable[[float], float] = float


def judge(
    cells: Mapping[str, Losses],
    baseline: Values | None,
    data: LossScale,
    looks: Mapping[str, Schedule],
) -> tuple[CellRow, ...]:
    """Return a row for each cell with losses, the least median error first.

    baseline: losses of the best baseline, (N,); None without one.
    looks:    the looks at each cell.
    """
    rows = [row for row in cells if cells[row]]
    if baseline is None:
        bare = [_row(row, cells[row], data) for row in rows]
        return tuple(sorted(bare, key=_by_error))
    at = {row: looks[row]._replace(pairs=len(cells)) for row in cells}
    compared = {row: _compared(row, cells[row], baseline, data) for row in rows}
    testable = [row for row in rows if at[row].level and compared[row].seeds >= at[row].needed]
    p_values = {(row, ""): _larger(compared[row]) for row in testable}
    by_pair = {(row, ""): look for row, look in at.items()}
    together = adjusted(p_values, by_pair)
    judged = [_judged(compared[row], together.get((row, "")), at[row]) for row in rows]
    return tuple(sorted(judged, key=_by_error))


def _row(row: str, losses: Losses, data: LossScale) -> CellRow:
    figures = [data.figure(float(losses[seed].mean())) for seed in sorted(losses)]
    return CellRow(row=row, error=spread(figures), seeds=len(figures))


def _compared(row: str, losses: Losses, baseline: Values, data: LossScale) -> CellRow:
    """Return a cell with its p-values, not yet corrected."""
    gains = [float(baseline.mean() - losses[seed].mean()) for seed in sorted(losses)]
    of_seeds = np.mean(list(losses.values()), axis=0)
    above = p_above(gains, 0.0, differ=True)
    below = p_below(gains, 0.0, differ=True)
    return replace(
        _row(row, losses, data),
        gain=data.figure(float(baseline.mean())) - data.figure(float(of_seeds.mean())),
        p_seeds=min(1.0, 2 * min(above, below)),
        p_windows=p_differ(baseline - of_seeds, in_order=data.in_order),
    )


def _larger(row: CellRow) -> float:
    assert row.p_seeds is not None
    assert row.p_windows is not None
    return max(row.p_seeds, row.p_windows)


def _judged(row: CellRow, p_value: float | None, look: Schedule) -> CellRow:
    """Return a cell with its verdict at this look."""
    return replace(
        row,
        p_value=p_value,
        level=look.level,
        looked=look.counted,
        needed=look.needed,
        answer=_answer(p_value, look.level, row.gain or 0.0),
    )


def _answer(p_value: float | None, level: float, gain: float) -> Answered:
    if p_value is None:
        return "too few seeds"
    if p_value > level:
        return "undecided"
    return "better" if gain > 0 else "worse"


def _by_error(row: CellRow) -> tuple[float, str]:
    return row.error.centre, row.row
