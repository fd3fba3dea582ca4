"""Figures of cost against the length of sequences."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import (
    Cells,
    Drawn,
    Panel,
    draw_panel,
    line_style,
    tag,
    tag_curve,
)
from rnnbench_reports.style import SMALL, plain_ticks, spread


@dataclass(frozen=True)
class Cost:
    """A cost that is measured at several lengths: its key in findings, and how it is drawn."""

    key: str
    name: str
    title: str
    unit: str
    scale: float


COSTS = (
    Cost(
        "train",
        "time-against-length",
        "Time of a training step against length",
        "ms a training step",
        1e3,
    ),
    Cost(
        "inference",
        "inference-against-length",
        "Time of forward alone against length",
        "ms a forward pass",
        1e3,
    ),
    Cost(
        "memory",
        "memory-against-length",
        "Peak memory against length",
        "MiB at the peak of a step",
        1 / rnnbench.text.MEBIBYTE,
    ),
)


def scaling_figures(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    """Yield a figure for each cost that was measured at several lengths."""
    for cost in COSTS:
        shown = [scaling for scaling in findings.scalings if _has_curve(scaling, cost)]
        if shown:
            yield _scaling_figure(shown, cost, cells)


def _has_curve(scaling: rnnbench.Scaling, cost: Cost) -> bool:
    return any(curve.figure == cost.key for curve in scaling.curves)


def _scaling_figure(shown: list[rnnbench.Scaling], cost: Cost, cells: Cells) -> Drawn:
    panels = []
    for scaling in shown:
        panels.append(_panel(scaling, cost, cells.among(curve.row for curve in scaling.curves)))
    caption = (
        "Median over replicates, with their range, both axes logarithmic. The exponent is the slope"
        " of a straight line through all lengths, fitted in each replicate and combined session by"
        " session."
    )
    return Drawn(cost.name, cost.title, caption, tuple(panels))


def _panel(scaling: rnnbench.Scaling, cost: Cost, cells: Cells) -> Panel:
    def draw(axis: Axes, shown: Cells) -> None:
        _draw_scaling(axis, scaling, cost, shown)

    return draw_panel(scaling.title, draw, cells, bars=14, is_wide=True)


def _draw_scaling(axis: Axes, scaling: rnnbench.Scaling, cost: Cost, cells: Cells) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    curves = {curve.row: curve for curve in scaling.curves if curve.figure == cost.key}
    ends = {}
    for row in cells.by_prominence(curves):
        _draw_curve(axis, curves[row], cost.scale, cells)
        if row in cells.featured:
            ends[row] = cost.scale * curves[row].values[-1].centre
    plain_ticks(axis.yaxis)
    lengths = sorted(set(chain.from_iterable(curve.steps for curve in scaling.curves)))
    axis.set_xticks(lengths, [f"{steps}" for steps in lengths], minor=False)
    axis.set_xticks([], minor=True)
    axis.set_xlabel("steps T", fontsize=SMALL)
    axis.set_ylabel(cost.unit, fontsize=SMALL)
    label_ends(axis, ends, cells.looks)


def _draw_curve(axis: Axes, curve: Any, scale: float, cells: Cells) -> None:
    look = cells.looks[curve.row]
    is_featured = curve.row in cells.featured
    centres = [scale * value.centre for value in curve.values]
    (line,) = axis.plot(curve.steps, centres, **line_style(look, featured=is_featured))
    exponent = f", exponent {spread(curve.exponent)}" if curve.exponent else ""
    what = f"{cost_unit(curve)}{exponent}, T ="
    values = [value.scaled(scale) for value in curve.values]
    tag_curve(curve.row, line, curve.steps, values, what)
    if is_featured:
        low = [scale * value.low for value in curve.values]
        high = [scale * value.high for value in curve.values]
        style: dict[str, Any] = {"color": look.colour, "alpha": 0.15, "linewidth": 0}
        tag(curve.row, axis.fill_between(curve.steps, low, high, **style))


def cost_unit(curve: Any) -> str:
    """Return the unit in which a curve is drawn."""
    return next(cost.unit for cost in COSTS if cost.key == curve.figure)
