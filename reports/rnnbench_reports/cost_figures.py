"""The figures of cost."""

from collections.abc import Mapping

import rnnbench
from rnnbench_reports.axes import score_axis
from rnnbench_reports.style import Drawn, Look, legend, number, panels

MEBIBYTE = 2**20


def accuracy_against_cost(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn | None:
    """Test score against the time of a training step; None where no cell has both."""
    cost = next((cost for cost in findings.costs if any(row.step_seconds for row in cost.rows)), None)
    milliseconds = {row.row: row.step_seconds for row in cost.rows if row.step_seconds} if cost else {}
    shown = [
        c for c in findings.conditions if any(a.row in milliseconds and c.metrics[0].name in a.test for a in c.arms)
    ]
    if cost is None or not shown:
        return None
    figure, axes = panels(condition.title for condition in shown)
    for axis, condition in zip(axes, shown, strict=True):
        metric = condition.metrics[0].name
        for arm in condition.arms:
            time, score = milliseconds.get(arm.row), arm.test.get(metric)
            if time is None or score is None:
                continue
            look = by_cell[arm.row]
            axis.errorbar(
                1e3 * time.centre,
                score.centre,
                xerr=[[1e3 * (time.centre - time.low)], [1e3 * (time.high - time.centre)]],
                yerr=[[score.centre - score.low], [score.high - score.centre]],
                color=look.colour,
                marker=look.marker,
                capsize=2,
                linewidth=1,
                linestyle="none",
                label=arm.row,
            )
        score_axis(axis, condition, "test")
        axis.set_xlim(left=0)
        axis.margins(y=0.12)
        axis.set_xlabel("ms a training step", fontsize=9)
    legend(figure, axes)
    caption = (
        f"Test score (median and range over seeds) against thread CPU time of a training step of the bare cell at "
        f"{cost.shape} (median and range over replicates). The time is that of this shape for every task."
    )
    return Drawn("accuracy-against-cost", "Accuracy against cost", caption, figure)


def memory(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Peak memory of a training step, a bar a cell."""
    costs = [cost for cost in findings.costs if any(row.peak_bytes for row in cost.rows)]
    figure, axes = panels(cost.title for cost in costs)
    for axis, cost in zip(axes, costs, strict=True):
        rows = [row for row in cost.rows if row.peak_bytes]
        for position, row in enumerate(rows):
            peak = row.peak_bytes
            assert peak
            centre, low, high = (value / MEBIBYTE for value in (peak.centre, peak.low, peak.high))
            axis.barh(position, centre, color=by_cell[row.row].colour, alpha=0.75, height=0.6)
            axis.errorbar(
                centre, position, xerr=[[centre - low], [high - centre]], color="black", capsize=3, linewidth=1
            )
            axis.annotate(number(centre), (high, position), (6, 0), textcoords="offset points", va="center", fontsize=8)
        axis.set_yticks(range(len(rows)), [row.row for row in rows], fontsize=9)
        axis.set_xlabel("MiB above the process without the cell", fontsize=9)
        axis.margins(x=0.15)
        axis.grid(visible=False, axis="y")
    caption = (
        "Peak resident growth of a process over one training step of the bare cell: weights, optimiser state, batch "
        "and all that backward keeps. Median and range over replicates, each in a process of its own."
    )
    return Drawn("memory", "Memory", caption, figure)
