"""Tables of cost against the length of sequences."""

from collections.abc import Iterator
from itertools import chain

import rnnbench
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, figure, slug, table, word
from rnnbench_reports.style import spread

FIGURES = {
    "train": ("training step, ms", 1000.0),
    "inference": ("forward, ms", 1000.0),
    "memory": ("peak, MiB", 1 / rnnbench.text.MEBIBYTE),
}


def scaling_tables(scaling: rnnbench.Scaling) -> Iterator[Table]:
    """Yield the tables of one scaling that have rows."""
    for found in (_curves(scaling), _break_evens(scaling), _longest(scaling)):
        if found:
            yield found


def _curves(scaling: rnnbench.Scaling) -> Table | None:
    lengths = sorted(set(chain.from_iterable(curve.steps for curve in scaling.curves)))
    columns = [CELL, Column("figure", "text"), Column("exponent of T")]
    columns += [Column(f"T = {steps:,}", stays=True) for steps in lengths]
    rows = []
    for curve in scaling.curves:
        name, scale = FIGURES[curve.figure]
        by_length = dict(zip(curve.steps, curve.values, strict=True))
        exponent = curve.exponent
        kind = f" ({exponent.kind})" if exponent and exponent.kind != "range" else ""
        slope = Value(f"{spread(exponent)}{kind}", exponent.centre) if exponent else Value("-")
        values = [word(curve.row), word(name), slope]
        values += [figure(by_length.get(steps), scale) for steps in lengths]
        rows.append(Row(values, curve.row))
    return table(f"scaling-{slug(scaling.title)}", "Cost at each length", columns, rows)


def _break_evens(scaling: rnnbench.Scaling) -> Table | None:
    columns = [Column("step", "text"), Column("faster below", "text", stays=True)]
    columns += [Column("faster above", "text", stays=True), Column("break-even T", stays=True)]
    rows = []
    for point in scaling.break_evens:
        names = [word(text) for text in (point.figure, point.below, point.above)]
        rows.append(Row([*names, figure(point.steps)]))
    return table(f"break-even-{slug(scaling.title)}", "Break-even lengths", columns, rows)


def _longest(scaling: rnnbench.Scaling) -> Table | None:
    columns = [CELL, Column("limit, MiB"), Column("longest T that fits", stays=True)]
    columns.append(Column("shortest T that does not", stays=True))
    rows = []
    for found in scaling.longest:
        values = [
            word(found.row),
            Value(f"{found.limit_mib:,}", float(found.limit_mib)),
            Value(f"{found.fits:,}" if found.fits else "none", float(found.fits or 0)),
            Value(f"{found.fails:,}" if found.fails else "none tried", float(found.fails or 0)),
        ]
        rows.append(Row(values, found.row))
    return table(f"longest-{slug(scaling.title)}", "Longest sequences", columns, rows)
