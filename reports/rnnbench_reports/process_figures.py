"""Figures of the process of a training step: its memory over time, and its speed against the
limits of the machine."""

from collections.abc import Sequence

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import Cells, Drawn, Panel, draw_panel, line_style, tag
from rnnbench_reports.style import REFERENCE, SMALL, number, plain_ticks

MOST_LINES = 8
"""Lines of more cells in one panel could not be distinguished."""


def timelines(findings: rnnbench.Findings, cells: Cells) -> Drawn:
    """Draw memory over time: a panel a shape, or a panel a cell where there are too many lines."""
    panels = []
    for title, rows in _timeline_panels(findings):
        panels.append(_timeline_panel(title, rows, cells.among(row.row for row in rows)))
    caption = (
        "Resident memory of a process that builds the cell and takes training steps, above what it"
        " had at first. memory-profiler samples it from outside every few milliseconds and misses"
        " peaks between two samples: the figures are those above."
    )
    return Drawn("memory-over-time", "Memory over time", caption, tuple(panels))


def _timeline_panel(title: str, rows: Sequence[rnnbench.CostRow], cells: Cells) -> Panel:
    def draw(axis: Axes, shown: Cells) -> None:
        _draw_timelines(axis, rows, shown)

    return draw_panel(title, draw, cells)


def _draw_timelines(axis: Axes, rows: Sequence[rnnbench.CostRow], cells: Cells) -> None:
    ends = {}
    axis.set_xlabel("seconds", fontsize=SMALL)
    axis.set_ylabel("MiB resident", fontsize=SMALL)
    for row in rows:
        assert row.timeline
        sizes = [size / rnnbench.text.MEBIBYTE for size in row.timeline.bytes]
        style = {**line_style(cells.looks[row.row]), "linewidth": 1}
        line = axis.plot(row.timeline.seconds, sizes, **style)
        tag(row.row, line, f"{row.row}: at most {number(max(sizes))} MiB")
        ends[row.row] = sizes[-1]
    axis.set_ylim(bottom=0)
    if len(rows) > 1:
        label_ends(axis, ends, cells.looks)


def _timeline_panels(findings: rnnbench.Findings) -> list[tuple[str, list[rnnbench.CostRow]]]:
    """Return the title and the rows of each panel."""
    shapes = []
    for cost in findings.costs:
        with_timeline = [row for row in cost.rows if row.timeline]
        shapes.append((cost.title, with_timeline))
    shapes_shown = [(title, rows) for title, rows in shapes if rows]
    if all(len(rows) <= MOST_LINES for _, rows in shapes):
        return shapes_shown
    several = len(shapes) > 1
    cells_shown = []
    for title, rows in shapes_shown:
        for row in rows:
            cell_title = f"{row.row}, {title}" if several else row.row
            cells_shown.append((cell_title, [row]))
    return cells_shown


def _has_intensity(cost: rnnbench.CostFinding) -> bool:
    return any(row.matrix_share and row.saved_bytes for row in cost.rows)


def roofline(findings: rnnbench.Findings, cells: Cells) -> Drawn:
    """Draw the speed of each cell against its operations a byte, below the limits of the
    machine."""
    panels = []
    for cost in findings.costs:
        if _has_intensity(cost):
            panels.append(_roof_panel(cost, cells.among(row.row for row in cost.rows)))
    caption = (
        "Operations of the matrix products of a training step, by its time, against operations for"
        " each byte that must at least move. What is saved for backward is written and read,"
        " weights are read twice, and their gradient is written. The line is the speed of the"
        " machine, or of its accelerator, in a large product of matrices and in copying. A cell"
        " well below it waits for something else, mostly for the overhead of many small operations."
    )
    return Drawn("roofline", "Roofline", caption, tuple(panels))


def _roof_panel(cost: rnnbench.CostFinding, cells: Cells) -> Panel:
    def draw(axis: Axes, shown: Cells) -> None:
        _draw_roof(axis, cost, shown)

    return draw_panel(cost.title, draw, cells)


def _draw_roof(axis: Axes, cost: rnnbench.CostFinding, cells: Cells) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("operations a byte that must move", fontsize=SMALL)
    axis.set_ylabel("10⁹ operations a second", fontsize=SMALL)
    speeds, intensities = _draw_cells(axis, cost, cells)
    _draw_limits(axis, cost, intensities)
    plain_ticks(axis.xaxis, axis.yaxis)
    shown = {row: speed for row, speed in speeds.items() if row in cells.featured}
    label_ends(axis, shown, cells.looks)


def _draw_cells(
    axis: Axes, cost: rnnbench.CostFinding, cells: Cells
) -> tuple[dict[str, float], list[float]]:
    """Draw a mark for each cell with all counts; return their speeds and operations a byte."""
    speeds = {}
    intensities = []
    for row in cost.rows:
        has_counts = row.matrix_share and row.saved_bytes and row.parameter_bytes and row.flops
        if not has_counts or not row.train:
            continue
        assert row.flops
        assert row.saved_bytes
        assert row.parameter_bytes
        look = cells.looks[row.row]
        intensity = row.flops / (2 * row.saved_bytes + 3 * row.parameter_bytes)
        speed = row.flops / row.train.seconds.centre / 1e9
        mark = axis.plot(intensity, speed, look.marker, color=look.colour)
        tag(row.row, mark, f"{row.row}: {number(speed)} x 10⁹ operations a second")
        speeds[row.row] = speed
        intensities.append(intensity)
    return speeds, intensities


def _draw_limits(axis: Axes, cost: rnnbench.CostFinding, intensities: list[float]) -> None:
    """Draw the fastest speed of the machine at each number of operations a byte."""
    assert cost.matrix_flops_per_second
    assert cost.copied_bytes_per_second
    peak = cost.matrix_flops_per_second.centre / 1e9
    bandwidth = cost.copied_bytes_per_second.centre / 1e9
    ridge = peak / bandwidth
    left = min(intensities) / 2
    right = max(*intensities, ridge) * 2
    corners = sorted({left, right, ridge})
    axis.plot(
        corners,
        [min(peak, bandwidth * intensity) for intensity in corners],
        color=REFERENCE,
        linewidth=1.2,
    )
