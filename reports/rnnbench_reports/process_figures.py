"""Figures of the process of a training step: its memory over time, and its speed against the
limits of the machine."""

from collections.abc import Mapping

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain, plain_ticks

MOST_LINES = 8
"""Lines of more cells in one panel could not be distinguished."""


def timelines(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw memory over time: a panel a shape, or a panel a cell where there are too many lines."""
    shown = _timeline_panels(findings)
    figure, axes = panels(title for title, _ in shown)
    for axis, (_, rows) in zip(axes, shown, strict=True):
        for row in rows:
            assert row.timeline
            axis.plot(
                row.timeline.seconds,
                [size / rnnbench.text.MEBIBYTE for size in row.timeline.bytes],
                color=by_cell[row.row].colour,
                linewidth=1,
                label=plain(row.row) if len(rows) > 1 else None,
            )
        axis.set_ylim(bottom=0)
        axis.set_xlabel("seconds", fontsize=9)
        axis.set_ylabel("MiB resident", fontsize=9)
    legend(figure, axes)
    caption = (
        "Resident memory of a process that builds the cell and takes training steps, above what it"
        " had at first. memory-profiler samples it from outside every few milliseconds and misses"
        " peaks between two samples: the figures are those above."
    )
    return Drawn("memory-over-time", "Memory over time", caption, figure)


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


def roofline(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw the speed of each cell against its operations a byte, below the limits of the
    machine."""
    costs = [cost for cost in findings.costs if _has_intensity(cost)]
    figure, axes = panels(cost.title for cost in costs)
    for axis, cost in zip(axes, costs, strict=True):
        intensities = _draw_cells(axis, cost, by_cell)
        _draw_limits(axis, cost, intensities)
        axis.set_xscale("log")
        axis.set_yscale("log")
        plain_ticks(axis.xaxis, axis.yaxis)
        axis.set_xlabel("operations a byte that must move", fontsize=9)
        axis.set_ylabel("10⁹ operations a second", fontsize=9)
    legend(figure, axes)
    caption = (
        "Operations of the matrix products of a training step, by its time, against operations for"
        " each byte that must at least move: what is saved for backward is written and read,"
        " weights are read twice, their gradient is written. The line is the speed of the machine,"
        " or of its accelerator where steps ran on it, in a large product of matrices and in"
        " copying. A cell well below it waits for something else, mostly for the overhead of many"
        " small operations."
    )
    return Drawn("roofline", "Roofline", caption, figure)


def _draw_cells(axis: Axes, cost: rnnbench.CostFinding, by_cell: Mapping[str, Look]) -> list[float]:
    """Draw a mark for each cell with all counts, and return their operations a byte."""
    intensities = []
    for row in cost.rows:
        has_counts = row.matrix_share and row.saved_bytes and row.parameter_bytes and row.flops
        if not has_counts or not row.train:
            continue
        assert row.flops
        assert row.saved_bytes
        assert row.parameter_bytes
        look = by_cell[row.row]
        intensity = row.flops / (2 * row.saved_bytes + 3 * row.parameter_bytes)
        speed = row.flops / row.train.seconds.centre / 1e9
        axis.plot(intensity, speed, look.marker, color=look.colour, label=plain(row.row))
        intensities.append(intensity)
    return intensities


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
        label="machine",
    )
