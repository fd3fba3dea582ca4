"""Speed and memory over all shapes at which cost was measured: ratios, and geometric means of
them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.aggregate.records import Aspect, AspectRow
from rnnbench.findings.cost.records import CostFinding, CostRow
from rnnbench.findings.stats.ranges import Range

Figure = Callable[[CostRow], float | None]
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
    """Times over the reference cell's."""
    idle = {row.row for cost in costs for row in cost.rows if row.train and not row.parameters}
    figures: dict[str, Figure] = {
        "time over the reference cell": lambda row: row.train.ratio.centre if row.train else None
    }
    found = _aspect(SPEED, costs, figures, leave_out=idle)
    return replace(found, left_out=dict.fromkeys(sorted(idle), NOTHING_TO_LEARN))


def memory(costs: Sequence[CostFinding]) -> Aspect:
    """Bytes over those of the leanest cell; a peak of 0, too small for its meter, is none."""
    figures: dict[str, Figure] = {
        "peak over the leanest": lambda row: (
            (row.peak_bytes.centre or None) if row.peak_bytes else None
        ),
        "saved for backward over the leanest": lambda row: (
            float(row.saved_bytes) if row.saved_bytes else None
        ),
    }
    return _aspect(MEMORY, costs, figures, over_the_least=True)


def _aspect(
    aspect: Aspect,
    costs: Sequence[CostFinding],
    figures: Mapping[str, Figure],
    *,
    leave_out: set[str] = frozenset(),  # type: ignore[assignment]
    over_the_least: bool = False,
) -> Aspect:
    """The first of the figures decides, and must be there for every cell at every shape at which
    some cell has it; a further one is shown where it is."""
    first = next(iter(figures.values()))
    measured = [
        cost for cost in costs if any(first(row) is not None for row in _rows(cost, leave_out))
    ]
    if not measured:
        return replace(aspect, absent="it was not measured")
    names = sorted({row.row for cost in measured for row in _rows(cost, leave_out)})
    missing = tuple(
        f"{cost.title}: {name} was not measured"
        for cost in measured
        for name in names
        if not any(row.row == name and first(row) is not None for row in cost.rows)
    )
    aspect = replace(aspect, conditions=tuple(cost.title for cost in measured), missing=missing)
    if missing:
        return aspect
    made: dict[str, dict[str, Range]] = {name: {} for name in names}
    for title, figure in figures.items():
        values = [
            {row.row: figure(row) for row in cost.rows if row.row in names} for cost in measured
        ]
        if any(value.get(name) is None for value in values for name in names):
            continue
        table = np.array([[value[name] for name in names] for value in values], dtype=float)
        if over_the_least:
            table = table / table.min(axis=1, keepdims=True)
        for name, ratios in zip(names, table.T, strict=True):
            centre = float(np.exp(np.log(ratios).mean()))
            made[name][title] = Range(centre, float(ratios.min()), float(ratios.max()), len(ratios))
    decides = next(iter(figures))
    order = sorted(names, key=lambda name: (made[name][decides].centre, name))
    return replace(aspect, rows=tuple(AspectRow(row=name, figures=made[name]) for name in order))


def _rows(cost: CostFinding, leave_out: set[str]) -> list[CostRow]:
    return [row for row in cost.rows if row.row not in leave_out]
