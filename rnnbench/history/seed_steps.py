"""Steps of how a cell learns, over its seeds."""

from collections.abc import Iterator, Sequence
from math import exp

import numpy as np
from msgspec.structs import replace

from rnnbench.compare.records import Value
from rnnbench.history.database import Values
from rnnbench.history.over_seeds import Shift, Table, shifts
from rnnbench.history.points import is_of_epochs
from rnnbench.history.records import Point, Series, Step, by_sign


def of_seeds(series: Series, points: Sequence[Point], values: Values) -> Iterator[Step]:
    """Yield the steps of epochs to target, by their ratio, or of scores, by their difference.

    Epochs that some seeds did not reach have no ratio.
    """
    seeds = sorted({seed for found in values.values() for seed in found})
    rows = [[_seed_value(found, seed) for seed in seeds] for found in values.values()]
    table = np.array(rows)
    of_epochs = is_of_epochs(series)
    censored = bool(np.isinf(table).any())
    if of_epochs:
        table = np.log(_with_budget(table))
    for shift in shifts(table):
        step = _step(series, points, shift)
        yield _as_ratio(step, censored=censored) if of_epochs else step


def _seed_value(found: dict[int, Value], seed: int) -> float:
    """Return the value of a seed: nan where there is none, and inf where a target was not
    reached."""
    value = found.get(seed, float("nan"))
    return float(value) if isinstance(value, int | float) else float("inf")


def _with_budget(table: Table) -> Table:
    """Replace epochs to a target that was not reached by twice the most epochs that were needed;
    the tests go by ranks."""
    reached = table[np.isfinite(table)]
    most = float(reached.max()) if len(reached) else 1.0
    return np.where(np.isinf(table), 2 * most, table)


def _step(series: Series, points: Sequence[Point], shift: Shift) -> Step:
    effect = shift.effect
    return Step(
        commit=points[shift.start].commit,
        after=points[shift.start - 1].commit,
        verdict=by_sign(effect.centre, series.direction),
        before=points[shift.start - 1].value,
        now=points[shift.start].value,
        scale="difference",
        change=effect.centre,
        low=effect.low,
        high=effect.high,
        p_value=shift.p_value,
        commits=shift.counts,
    )


def _as_ratio(step: Step, *, censored: bool) -> Step:
    """Return a step of logarithms as one of ratios."""
    sizes = (step.change, step.low, step.high)
    if censored or None in sizes:
        return replace(step, scale="", change=None, low=None, high=None)
    change, low, high = (exp(size) for size in sizes if size is not None)
    return replace(step, scale="ratio", change=change, low=low, high=high)
