"""The figures of cost at one shape."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports import device_words
from rnnbench_reports.front_figures import front_figures
from rnnbench_reports.panel import Cells, Drawn, Panel, draw_panel, tag, with_n
from rnnbench_reports.process_figures import roofline, timelines
from rnnbench_reports.style import SMALL, name_ticks, number

MIB = rnnbench.text.MEBIBYTE
Rows = Sequence[rnnbench.CostRow]
DrawRows = Callable[[Axes, Rows, Cells], None]


def cost_figures(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    """Yield every figure for which there are costs."""
    rows = list(chain.from_iterable(cost.rows for cost in findings.costs))
    if any(row.train for row in rows):
        yield _training_time(findings, cells)
    if any(row.peak_bytes for row in rows):
        yield _memory(findings, cells)
    yield from front_figures(findings, cells)
    if any(row.timeline for row in rows):
        yield timelines(findings, cells)
    if any(row.matrix_share and row.saved_bytes for row in rows):
        yield roofline(findings, cells)


def _training_time(findings: rnnbench.Findings, cells: Cells) -> Drawn:
    """Draw a dot for the time of every replicate, so that a median hides none of them."""
    panels = []
    for cost in findings.costs:
        rows = _largest_first([(row.train.seconds.centre, row) for row in cost.rows if row.train])
        if rows:
            panels.append(_panel(cost, rows, _times, cells))
    caption = (
        "Median time of a training step of the bare cell, a dot for each replicate; the bar is the"
        " median over replicates. All replicates are shown."
    )
    return Drawn("training-time", "Time of a training step", caption, tuple(panels))


def _panel(cost: rnnbench.CostFinding, rows: Rows, draw: DrawRows, cells: Cells) -> Panel:
    """Return a panel with a bar for each of these rows, the smallest on top."""

    def drawn(axis: Axes, shown: Cells) -> None:
        draw(axis, rows, shown)
        name_ticks(axis.yaxis, [row.row for row in rows])
        axis.set_ylim(-0.6, len(rows) - 0.4)
        if draw is _peaks:
            axis.set_xlabel(device_words.peak_unit(cost), fontsize=SMALL)

    own = cells.among(row.row for row in rows)
    return draw_panel(cost.title, drawn, own, bars=len(rows))


def _times(axis: Axes, rows: Rows, cells: Cells) -> None:
    for position, row in enumerate(rows):
        _draw_replicates(axis, row, position, cells)
    axis.set_xlim(left=0)
    axis.set_xlabel("ms a training step", fontsize=SMALL)


def _draw_replicates(axis: Axes, row: rnnbench.CostRow, position: int, cells: Cells) -> None:
    step_time = row.train
    assert step_time
    look = cells.looks[row.row]
    times = [1e3 * seconds for seconds in step_time.replicates]
    style: dict[str, Any] = {"color": look.colour, "alpha": 0.5, "markersize": 4}
    dots = axis.plot(times, [position] * len(times), look.marker, **style)
    bar = axis.plot(
        1e3 * step_time.seconds.centre, position, "|", color="black", markersize=12, zorder=4
    )
    tag(row.row, [*dots, *bar], f"{row.row}: {with_n(step_time.seconds, 1e3, 'ms')}")


def _memory(findings: rnnbench.Findings, cells: Cells) -> Drawn:
    """Draw a bar for the peak memory of a training step of each cell."""
    panels = []
    costs = [cost for cost in findings.costs if any(row.peak_bytes for row in cost.rows)]
    for cost in costs:
        rows = _largest_first([(row.peak_bytes.centre, row) for row in cost.rows if row.peak_bytes])
        panels.append(_panel(cost, rows, _peaks, cells))
    caption = (
        f"{device_words.peak(costs)}: weights, optimiser state, batch and all that backward keeps."
        " Median and range over replicates, each in a process of its own. The mark within a bar is"
        " what the kernel saves for backward."
    )
    return Drawn("memory", "Memory", caption, tuple(panels))


def _peaks(axis: Axes, rows: Rows, cells: Cells) -> None:
    for position, row in enumerate(rows):
        _draw_peak(axis, row, position, cells)
    axis.margins(x=0.15)
    axis.grid(visible=False, axis="y")


def _draw_peak(axis: Axes, row: rnnbench.CostRow, position: int, cells: Cells) -> None:
    peak = row.peak_bytes
    assert peak
    look = cells.looks[row.row]
    centre = peak.centre / MIB
    low = peak.low / MIB
    high = peak.high / MIB
    says = f"{row.row}: {with_n(peak, 1 / MIB, 'MiB')}"
    bar = axis.barh(position, centre, color=look.colour, alpha=0.75, height=0.6)
    parts = [*bar, *axis.plot([low, high], [position, position], color="black", linewidth=1)]
    if row.saved_bytes is not None:
        parts += axis.plot(row.saved_bytes / MIB, position, "|", color="black", markersize=9)
    parts.append(
        axis.annotate(
            number(centre),
            (high, position),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    )
    tag(row.row, parts, says)


def _largest_first(figures: list[tuple[float, rnnbench.CostRow]]) -> list[rnnbench.CostRow]:
    ordered = sorted(figures, key=lambda pair: pair[0], reverse=True)
    return [row for _, row in ordered]
