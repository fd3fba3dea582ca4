"""Speed and memory over all shapes at which cost was measured: geometric means of ratios."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.aggregate.records import Aspect, AspectRow
from rnnbench.findings.cost.records import CostFinding, CostRow
from rnnbench.findings.stats.ranges import Range

Figure = Callable[[CostRow], float | None]
"""A figure of a cell at one shape; None where it was not measured."""
SPEED = Aspect(
    name="speed",
    measures="time of a training step of the bare cell over that of torch's LSTM of the same shape",
    better="lower",
)
MEMORY = Aspect(
    name="memory",
    measures=(
        "bytes of a training step of the bare cell over those of the leanest cell at that shape"
    ),
    better="lower",
)
NOTHING_TO_LEARN = "nothing to learn, no training step"


def speed(costs: Sequence[CostFinding]) -> Aspect:
    """Compare times of a training step, as ratios to the reference cell's.

    Cells without parameters are left out.
    """
    idle: set[str] = set()
    for cost in costs:
        idle.update(row.row for row in cost.rows if row.train and not row.parameters)
    trained = [_without(cost, idle) for cost in costs]
    aspect = _aspect(SPEED, trained, {"time over the reference cell": _time_ratio})
    return replace(aspect, left_out=dict.fromkeys(sorted(idle), NOTHING_TO_LEARN))


def memory(costs: Sequence[CostFinding]) -> Aspect:
    """Compare bytes of a training step, as ratios to the leanest cell's.

    A peak of 0, which is too small for its meter, counts as not measured.
    """
    figures: dict[str, Figure] = {
        "peak over the leanest": _peak_bytes,
        "saved for backward over the leanest": _saved_bytes,
    }
    return _aspect(MEMORY, costs, figures, over_the_least=True)


def _without(cost: CostFinding, left_out: set[str]) -> CostFinding:
    return replace(cost, rows=tuple(row for row in cost.rows if row.row not in left_out))


def _time_ratio(row: CostRow) -> float | None:
    return row.train.ratio.centre if row.train else None


def _peak_bytes(row: CostRow) -> float | None:
    return (row.peak_bytes.centre or None) if row.peak_bytes else None


def _saved_bytes(row: CostRow) -> float | None:
    return float(row.saved_bytes) if row.saved_bytes else None


def _aspect(
    aspect: Aspect,
    costs: Sequence[CostFinding],
    figures: Mapping[str, Figure],
    *,
    over_the_least: bool = False,
) -> Aspect:
    """Fill an aspect with the geometric mean of each figure over all shapes.

    The first figure decides the order. It must be there for every cell at every shape at which some
    cell has it. A further figure is shown only where it is complete too.
    """
    first_title, first = next(iter(figures.items()))
    measured = [cost for cost in costs if _is_measured(cost, first)]
    if not measured:
        return replace(aspect, absent="it was not measured")
    rows = chain.from_iterable(cost.rows for cost in measured)
    names = sorted({row.row for row in rows})
    missing = _missing(measured, names, first)
    aspect = replace(aspect, conditions=tuple(cost.title for cost in measured), missing=missing)
    if missing:
        return aspect
    means: dict[str, dict[str, Range]] = {name: {} for name in names}
    for title, figure in figures.items():
        for name, mean in _means(measured, names, figure, over_the_least).items():
            means[name][title] = mean
    order = sorted(names, key=lambda name: (means[name][first_title].centre, name))
    aspect_rows = tuple(AspectRow(row=name, figures=means[name]) for name in order)
    return replace(aspect, rows=aspect_rows)


def _is_measured(cost: CostFinding, figure: Figure) -> bool:
    """Whether some cell has the figure at this shape."""
    return any(figure(row) is not None for row in cost.rows)


def _missing(
    measured: Sequence[CostFinding], names: Sequence[str], figure: Figure
) -> tuple[str, ...]:
    """Return the cells without the figure, by shape."""
    missing = []
    for cost in measured:
        known = {row.row for row in cost.rows if figure(row) is not None}
        missing += [f"{cost.title}: {name} was not measured" for name in names if name not in known]
    return tuple(missing)


def _means(
    measured: Sequence[CostFinding], names: Sequence[str], figure: Figure, over_the_least: bool
) -> dict[str, Range]:
    """Return the geometric mean and the range of each cell's figure over shapes.

    Empty where some cell lacks the figure at some shape.
    """
    by_shape = []
    for cost in measured:
        by_row = {row.row: figure(row) for row in cost.rows}
        by_shape.append([by_row.get(name) for name in names])
    if any(None in values for values in by_shape):
        return {}
    table = np.array(by_shape, dtype=float)
    if over_the_least:
        table = table / table.min(axis=1, keepdims=True)
    means = {}
    for name, ratios in zip(names, table.T, strict=True):
        centre = float(np.exp(np.log(ratios).mean()))
        means[name] = Range(centre, float(ratios.min()), float(ratios.max()), len(ratios))
    return means
