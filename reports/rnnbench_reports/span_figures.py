"""Solve rates against the horizon, with memory spans."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

import rnnbench
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.looks import Look
from rnnbench_reports.panel import (
    Cells,
    Drawn,
    Panel,
    draw_panel,
    line_style,
    tag,
    with_n,
)
from rnnbench_reports.style import REFERENCE, SMALL

APART = 0.02
"""Distance between the marks of two cells, as a share of the logarithmic axis."""
ABOVE = 0.008
"""How much higher the line of one cell is than that of the next, so that equal ones are seen."""
STRIP = 0.09
"""Height of the strip below the curves that holds the memory span of one cell."""
STRIP_TOP = -0.12
RATES = (0, 0.25, 0.5, 0.75, 1)


def solve_rates(findings: rnnbench.Findings, cells: Cells, task: str) -> Drawn | None:
    """Draw a panel for each setting in which a task was run at several horizons."""
    panels = []
    for finding in findings.spans:
        if finding.task == task:
            panels.append(_panel(finding, cells.among(span.row for span in finding.spans)))
    if not panels:
        return None
    caption = (
        "Share of seeds at the target against the horizon, with 95 % Clopper-Pearson intervals. A"
        " hollow mark counts as not solved: the cell was not run there, or its trials gave no"
        " figures. A cell is not run where it does not solve a shorter horizon. Lines join the"
        " horizons that were run. Cells are drawn a little apart from each other. Bars below are"
        " memory spans with their 95 % interval, from six seeds on. The mark of a bar is the"
        " longest horizon that most seeds solve. A bar that runs out of the panel has no end among"
        " these horizons."
    )
    title = "Solve rate against horizon"
    return Drawn(f"solve-rate-against-horizon-{task}", title, caption, tuple(panels), task)


def _panel(finding: rnnbench.HorizonFinding, cells: Cells) -> Panel:
    def draw(axis: Axes, shown: Cells) -> None:
        _draw_task(axis, finding, shown)

    return draw_panel(finding.title, draw, cells, bars=len(cells.featured) + 12, is_wide=True)


def _draw_task(axis: Axes, finding: rnnbench.HorizonFinding, cells: Cells) -> None:
    spans = [span for span in finding.spans if span.row in cells.featured and span.is_known]
    shortest = finding.horizons[0]
    longest = finding.horizons[-1]
    width = longest / shortest
    ends = (shortest / width**0.08, longest * width**0.08)
    middle = (len(spans) - 1) / 2
    last = {}
    axis.set_xscale("log")
    axis.set_xlim(*ends)
    axis.set_ylim(STRIP_TOP - STRIP * len(spans) + 0.02, 1.05)
    for position, span in enumerate(spans):
        place = position - middle
        moved = (width ** (APART * place), -ABOVE * place)
        last[span.row] = _draw_rates(axis, span, cells.looks[span.row], moved)
        says = f"{span.row}: span {finding.in_steps(span)} steps"
        _draw_span(axis, span, cells.looks[span.row], STRIP_TOP - STRIP * position, ends, says)
    axis.axhline(0.5, color=REFERENCE, linestyle=":", linewidth=1)
    axis.axhline(0, color=REFERENCE, linewidth=0.6)
    strips = STRIP_TOP - STRIP * middle
    axis.set_yticks([strips, *RATES], ["span", *(f"{100 * rate:.0f} %" for rate in RATES)])
    axis.spines["left"].set_bounds(0, 1)
    axis.set_xticks(finding.horizons, [f"{horizon}" for horizon in finding.horizons])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("horizon, steps", fontsize=SMALL)
    axis.set_ylabel("seeds that solve it", fontsize=SMALL)
    label_ends(axis, last, cells.looks)


def _draw_rates(axis: Axes, span: rnnbench.Span, look: Look, moved: tuple[float, float]) -> float:
    """Draw the solve rate at each horizon, and a line through those that were run; return the
    height of the last mark.

    moved: the factor by which marks lie to the right of their place, and how much higher.
    """
    shift, above = moved
    rate = 0.0
    run = []
    for rung in span.rungs:
        rate = rung.solved / rung.all + above
        place = rung.horizon * shift
        if rung.seeds:
            run.append((place, rate))
        says = f"{span.row}, horizon {rung.horizon}: {_solved(rung)}"
        if rung.solve_rate:
            says = f"{says}, {with_n(rung.solve_rate)}"
        face = look.colour if rung.seeds else "white"
        style: dict[str, Any] = {
            "color": look.colour,
            "markerfacecolor": face,
            "markersize": 6,
            "zorder": 3,
        }
        tag(span.row, axis.plot(place, rate, look.marker, **style), says)
        if rung.solve_rate:
            low = rung.solve_rate.low
            high = rung.solve_rate.high
            bar = axis.vlines(place, low, high, color=look.colour, alpha=0.35)
            tag(span.row, bar, says)
    if len(run) > 1:
        tag(span.row, axis.plot(*zip(*run, strict=True), **line_style(look)))
    return rate


def _solved(rung: Any) -> str:
    if rung.seeds:
        return f"{rung.solved} of {rnnbench.text.counted(rung.all, 'seed')}"
    return "no figures" if rung.tried else "not run"


def _draw_span(
    axis: Axes,
    span: rnnbench.Span,
    look: Look,
    height: float,
    ends: tuple[float, float],
    says: str,
) -> None:
    """Draw a mark at the span, and a bar over its interval."""
    left, right = ends
    if span.interval:
        low = span.interval.low or left
        high = right if span.interval.high is None else span.interval.high or left
        style: dict[str, Any] = {
            "color": look.colour,
            "linewidth": 4,
            "alpha": 0.35,
            "solid_capstyle": "butt",
        }
        tag(span.row, axis.plot([low, high], [height, height], **style), says)
    mark: dict[str, Any] = {"color": look.colour, "markersize": 6, "clip_on": False, "zorder": 3}
    tag(span.row, axis.plot(span.longest or left, height, look.marker, **mark), says)
