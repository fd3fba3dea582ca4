"""Solve rates against the horizon, with memory spans."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain

APART = 0.02
"""Distance between the marks of two cells, as a share of the logarithmic axis."""
STRIP = 0.09
"""Height of the strip below the curves that holds the memory span of one cell."""
STRIP_TOP = -0.12


def solve_rates(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw a panel for each task that was run at several horizons."""
    figure, axes = panels((finding.title for finding in findings.spans), wide=True)
    for axis, finding in zip(axes, findings.spans, strict=True):
        _draw_task(axis, finding, by_cell)
    legend(figure, axes)
    caption = (
        "Share of seeds at the target against the horizon, with 95 % Clopper-Pearson intervals."
        " A hollow mark counts as not solved: the cell was not run there, as it does not solve a"
        " shorter horizon. The line is a logistic curve through the horizons that were run, and"
        " ends with them. Bars below are memory spans (mark: the longest horizon that most seeds"
        " solve) with their 95 % interval, from six seeds on; one that runs out of the panel has no"
        " end among these horizons."
    )
    return Drawn("solve-rate-against-horizon", "Solve rate against horizon", caption, figure)


def _draw_task(axis: Axes, finding: rnnbench.HorizonFinding, by_cell: Mapping[str, Look]) -> None:
    shortest = finding.horizons[0]
    longest = finding.horizons[-1]
    width = longest / shortest
    ends = (shortest / width**0.08, longest * width**0.08)
    middle = (len(finding.spans) - 1) / 2
    for position, span in enumerate(finding.spans):
        shift = width ** (APART * (position - middle))
        _draw_rates(axis, span, by_cell[span.row], shift)
        _draw_span(axis, span, by_cell[span.row], STRIP_TOP - STRIP * position, ends)
    axis.axhline(0.5, color=REFERENCE, linestyle=":", linewidth=1)
    axis.axhline(0, color=REFERENCE, linewidth=0.6)
    axis.set_xscale("log")
    axis.set_xlim(*ends)
    axis.set_ylim(STRIP_TOP - STRIP * len(finding.spans) + 0.02, 1.05)
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axis.set_xticks(finding.horizons, [f"{horizon}" for horizon in finding.horizons])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("horizon, steps", fontsize=9)
    axis.set_ylabel("seeds that solve it", fontsize=9)


def _draw_rates(axis: Axes, span: rnnbench.Span, look: Look, shift: float) -> None:
    """Draw the solve rate at each horizon, and the fitted curve."""
    for rung in span.rungs:
        axis.plot(
            rung.horizon * shift,
            rung.solved / rung.all,
            look.marker,
            color=look.colour,
            markerfacecolor=look.colour if rung.tried else "white",
            markersize=6,
            zorder=3,
        )
        if rung.solve_rate:
            axis.vlines(
                rung.horizon * shift,
                rung.solve_rate.low,
                rung.solve_rate.high,
                color=look.colour,
                alpha=0.35,
            )
    if span.curve:
        run = [rung.horizon for rung in span.rungs if rung.tried]
        horizons = np.geomspace(run[0], run[-1], 100)
        rates = [span.curve.rate(horizon) for horizon in horizons]
        axis.plot(horizons, rates, color=look.colour, linewidth=1.4)
    axis.plot(
        [],
        [],
        color=look.colour,
        marker=look.marker,
        linestyle="-" if span.curve else "",
        label=plain(span.row),
    )


def _draw_span(
    axis: Axes, span: rnnbench.Span, look: Look, height: float, ends: tuple[float, float]
) -> None:
    """Draw a mark at the span, and a bar over its interval."""
    left, right = ends
    if span.interval:
        low = span.interval.low or left
        high = right if span.interval.high is None else span.interval.high or left
        axis.plot(
            [low, high],
            [height, height],
            color=look.colour,
            linewidth=4,
            alpha=0.35,
            solid_capstyle="butt",
        )
    axis.plot(
        span.longest or left,
        height,
        look.marker,
        color=look.colour,
        markersize=6,
        clip_on=False,
        zorder=3,
    )
