"""Figures of cost against the length of sequences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import Drawn, Look, panels, plain, plain_ticks


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


def scaling_figures(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """Yield a figure for each cost that was measured at several lengths."""
    for cost in COSTS:
        shown = [scaling for scaling in findings.scalings if _has_curve(scaling, cost)]
        if shown:
            yield _scaling_figure(shown, cost, by_cell)


def _has_curve(scaling: rnnbench.Scaling, cost: Cost) -> bool:
    return any(curve.figure == cost.key for curve in scaling.curves)


def _scaling_figure(
    shown: list[rnnbench.Scaling], cost: Cost, by_cell: Mapping[str, Look]
) -> Drawn:
    figure, axes = panels((scaling.title for scaling in shown), wide=True)
    for axis, scaling in zip(axes, shown, strict=True):
        for curve in scaling.curves:
            if curve.figure == cost.key:
                _draw_curve(axis, curve, cost.scale, by_cell[curve.row])
        axis.set_xscale("log")
        axis.set_yscale("log")
        plain_ticks(axis.yaxis)
        lengths = sorted(set(chain.from_iterable(curve.steps for curve in scaling.curves)))
        axis.set_xticks(lengths, [f"{steps}" for steps in lengths], minor=False)
        axis.set_xticks([], minor=True)
        axis.set_xlabel("steps T", fontsize=9)
        axis.set_ylabel(cost.unit, fontsize=9)
        axis.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    caption = (
        "Median and range over replicates, both axes logarithmic. The exponent is the slope of a"
        " straight line through all lengths, fitted in each replicate and combined session by"
        " session."
    )
    return Drawn(cost.name, cost.title, caption, figure)


def _draw_curve(axis: Axes, curve: Any, scale: float, look: Look) -> None:
    exponent = f": $T^{{{curve.exponent.centre:.2f}}}$" if curve.exponent else ""
    axis.plot(
        curve.steps,
        [scale * value.centre for value in curve.values],
        color=look.colour,
        marker=look.marker,
        markersize=4,
        label=f"{plain(curve.row)}{exponent}",
    )
    axis.fill_between(
        curve.steps,
        [scale * value.low for value in curve.values],
        [scale * value.high for value in curve.values],
        color=look.colour,
        alpha=0.18,
        linewidth=0,
    )
