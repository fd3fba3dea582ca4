"""Steps of how a cell learns, over its seeds."""

from collections.abc import Iterator, Sequence
from itertools import chain
from math import exp
from statistics import fmean, median

import numpy as np
from msgspec.structs import replace

from rnnbench.compare.records import Value
from rnnbench.findings.stats.estimates import VERDICT_SEEDS
from rnnbench.history.database import Values
from rnnbench.history.over_seeds import Shift, Table, seeds_that_return, shifts
from rnnbench.history.points import is_of_epochs
from rnnbench.history.records import Point, Series, Step, by_sign

TOO_FEW_SEEDS = "{} seeds, and steps over seeds are looked for from {} on"


def too_few_seeds(values: Values) -> str:
    """Return that too few seeds are measured for any step; "" where there are enough."""
    seeds = seeds_that_return(_table(values))
    return "" if seeds >= VERDICT_SEEDS else TOO_FEW_SEEDS.format(seeds, VERDICT_SEEDS)


def of_seeds(series: Series, points: Sequence[Point], values: Values) -> Iterator[Step]:
    """Yield the steps of epochs to target, by their ratio, or of scores, by their difference.

    Epochs that some seeds did not reach have no ratio.
    """
    table = _table(values)
    if not is_of_epochs(series):
        for shift in shifts(table):
            yield _step(series, points, shift, fmean(shift.before), fmean(shift.now))
        return
    reached = table[np.isfinite(table)]
    most = float(reached.max()) if len(reached) else 1.0
    for shift in shifts(np.log(_with_budget(table, most))):
        before, now = (_median_epochs(arm, most) for arm in (shift.before, shift.now))
        step = _step(series, points, shift, before, now)
        yield _as_ratio(step, censored=bool(np.isinf(table).any()))


def _table(values: Values) -> Table:
    """Return the values of a series, (commits, seeds); nan where there is none, and inf where a
    target was not reached."""
    seeds = sorted(set(chain.from_iterable(values.values())))
    return np.array([[_seed_value(found, seed) for seed in seeds] for found in values.values()])


def _seed_value(found: dict[int, Value], seed: int) -> float:
    value = found.get(seed, float("nan"))
    return float(value) if isinstance(value, int | float) else float("inf")


def _with_budget(table: Table, most: float) -> Table:
    """Replace epochs to a target that was not reached by twice the most epochs that were needed;
    the tests go by ranks."""
    return np.where(np.isinf(table), 2 * most, table)


def _median_epochs(logarithms: Sequence[float], most: float) -> float | None:
    """Return the median epochs of seeds; None where that is more than any seed needed."""
    middle = round(median(map(exp, logarithms)), 9)
    return None if middle > most else middle


def _step(series: Series, points: Sequence[Point], shift: Shift, before: Value, now: Value) -> Step:
    effect = shift.effect
    return Step(
        commit=points[shift.start].commit,
        after=points[shift.start - 1].commit,
        verdict=by_sign(effect.centre, series.direction),
        before=before,
        now=now,
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
