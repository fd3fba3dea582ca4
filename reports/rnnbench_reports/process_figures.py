"""What goes on in a training step: memory over time, and how near the machine's limits it comes."""

from collections.abc import Mapping

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain, plain_ticks

MOST_LINES = 8


def timelines(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """A panel a shape; a panel a cell where there are too many to tell lines apart."""
    shown = [(cost.title, [row for row in cost.rows if row.timeline]) for cost in findings.costs]
    if any(len(rows) > MOST_LINES for _, rows in shown):
        several = len(shown) > 1
        shown = [
            (f"{row.row}, {title}" if several else row.row, [row])
            for title, rows in shown
            for row in rows
        ]
    shown = [(title, rows) for title, rows in shown if rows]
    figure, axes = panels(title for title, _ in shown)
    for axis, (_, rows) in zip(axes, shown, strict=True):
        for row in rows:
            assert row.timeline
            sizes = [size / rnnbench.text.MEBIBYTE for size in row.timeline.bytes]
            label = plain(row.row) if len(rows) > 1 else None
            axis.plot(
                row.timeline.seconds, sizes, color=by_cell[row.row].colour, linewidth=1, label=label
            )
        axis.set_ylim(bottom=0)
        axis.set_xlabel("seconds", fontsize=9)
        axis.set_ylabel("MiB resident", fontsize=9)
    legend(figure, axes)
    caption = (
        "Resident memory of a process that builds the cell and takes training steps, looked at from"
        " outside every few milliseconds by memory-profiler, over what it had at first. Peaks"
        " between two looks are not seen: the figures are those above."
    )
    return Drawn("memory-over-time", "Memory over time", caption, figure)


def roofline(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Speed against intensity, under what the machine can do."""
    costs = [
        cost
        for cost in findings.costs
        if any(row.matrix_share and row.saved_bytes for row in cost.rows)
    ]
    figure, axes = panels(cost.title for cost in costs)
    for axis, cost in zip(axes, costs, strict=True):
        assert cost.matrix_flops_per_second
        assert cost.copied_bytes_per_second
        peak, moved = (
            cost.matrix_flops_per_second.centre / 1e9,
            cost.copied_bytes_per_second.centre / 1e9,
        )
        intensities = []
        for row in cost.rows:
            if not (
                row.matrix_share
                and row.saved_bytes
                and row.parameter_bytes
                and row.flops
                and row.train
            ):
                continue
            look = by_cell[row.row]
            intensity = row.flops / (2 * row.saved_bytes + 3 * row.parameter_bytes)
            speed = row.flops / row.train.seconds.centre / 1e9
            axis.plot(intensity, speed, look.marker, color=look.colour, label=plain(row.row))
            intensities.append(intensity)
        ends = [min(intensities) / 2, max(*intensities, peak / moved) * 2]
        ridge = sorted({*ends, peak / moved})
        axis.plot(
            ridge,
            [min(peak, moved * at) for at in ridge],
            color=REFERENCE,
            linewidth=1.2,
            label="machine",
        )
        axis.set_xscale("log")
        axis.set_yscale("log")
        plain_ticks(axis.xaxis, axis.yaxis)
        axis.set_xlabel("operations a byte that must move", fontsize=9)
        axis.set_ylabel("10⁹ operations a second", fontsize=9)
    legend(figure, axes)
    caption = (
        "Operations of the matrix products of a training step, by its time, against operations for"
        " each byte that must at least move (what is saved for backward written and read, weights"
        " read twice, their gradient written). The line is what the machine does in a large product"
        " of matrices and in copying: a cell far below it waits for something else, mostly for the"
        " overhead of many small operations."
    )
    return Drawn("roofline", "Roofline", caption, figure)
