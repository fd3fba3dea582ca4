"""How far back each cell learns to look: solve rate against horizon, with memory spans."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain

APART = 0.02
STRIP, STRIP_TOP = 0.09, -0.12


def solve_rates(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """A panel for each task that was run at several horizons."""
    figure, axes = panels((far.title for far in findings.spans), wide=True)
    for axis, far in zip(axes, findings.spans, strict=True):
        width = far.horizons[-1] / far.horizons[0]
        ends = far.horizons[0] / width**0.08, far.horizons[-1] * width**0.08
        for place, span in enumerate(far.spans):
            shift = width ** (APART * (place - (len(far.spans) - 1) / 2))
            _draw_rates(axis, span, by_cell[span.row], shift)
            _draw_span(axis, span, by_cell[span.row], STRIP_TOP - STRIP * place, ends)
        axis.axhline(0.5, color=REFERENCE, linestyle=":", linewidth=1)
        axis.axhline(0, color=REFERENCE, linewidth=0.6)
        axis.set_xscale("log")
        axis.set_xlim(*ends)
        axis.set_ylim(STRIP_TOP - STRIP * len(far.spans) + 0.02, 1.05)
        axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axis.set_xticks(far.horizons, [f"{horizon}" for horizon in far.horizons])
        axis.xaxis.set_minor_locator(NullLocator())
        axis.set_xlabel("horizon, steps", fontsize=9)
        axis.set_ylabel("seeds that solve it", fontsize=9)
    legend(figure, axes)
    caption = (
        "Share of seeds at the target against the horizon, with 95 % Clopper-Pearson intervals;"
        " hollow where a cell did not climb, as it does not solve a shorter one: counted as not"
        " solved. The line is a logistic curve through the horizons that were tried, and ends with"
        " them. Bars below are memory spans (mark: the longest horizon that most seeds solve) with"
        " their 95 % interval, from six seeds on; one that runs out of the panel has no end among"
        " these horizons."
    )
    return Drawn("solve-rate-against-horizon", "Solve rate against horizon", caption, figure)


def _draw_rates(axis: Axes, span: rnnbench.Span, look: Look, shift: float) -> None:
    """Each rung, and the fitted curve."""
    for rung in span.rungs:
        rate = rung.solved / rung.all
        fill = look.colour if rung.tried else "white"
        axis.plot(
            rung.horizon * shift,
            rate,
            look.marker,
            color=look.colour,
            markerfacecolor=fill,
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
    tried = [rung.horizon for rung in span.rungs if rung.tried]
    if span.curve:
        at = np.geomspace(tried[0], tried[-1], 100)
        axis.plot(
            at, [span.curve.rate(horizon) for horizon in at], color=look.colour, linewidth=1.4
        )
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
    """A mark at the span, and a bar over its interval."""
    if span.interval:
        low = span.interval.low or ends[0]
        high = ends[1] if span.interval.high is None else span.interval.high or ends[0]
        axis.plot(
            [low, high],
            [height, height],
            color=look.colour,
            linewidth=4,
            alpha=0.35,
            solid_capstyle="butt",
        )
    axis.plot(
        span.longest or ends[0],
        height,
        look.marker,
        color=look.colour,
        markersize=6,
        clip_on=False,
        zorder=3,
    )
