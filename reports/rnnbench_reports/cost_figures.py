"""The figures of cost at one shape."""

from collections.abc import Callable, Iterator, Mapping

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.axes import score_axis
from rnnbench_reports.process_figures import roofline, timelines
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, number, panels, plain


def cost_figures(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """Every figure for which there are costs."""
    costs: dict[str, Callable[[rnnbench.CostRow], rnnbench.Range | None]] = {
        "accuracy-against-seconds": lambda row: row.train.seconds if row.train else None,
        "accuracy-against-bytes": lambda row: row.peak_bytes,
    }
    for name, cost_of in costs.items():
        if drawn := _front(findings, by_cell, name, cost_of):
            yield drawn
    if any(row.train for cost in findings.costs for row in cost.rows):
        yield _replicates(findings, by_cell)
    if any(row.peak_bytes for cost in findings.costs for row in cost.rows):
        yield _memory(findings, by_cell)
    if any(row.timeline for cost in findings.costs for row in cost.rows):
        yield timelines(findings, by_cell)
    if any(row.matrix_share and row.saved_bytes for cost in findings.costs for row in cost.rows):
        yield roofline(findings, by_cell)


def _front(
    findings: rnnbench.Findings,
    by_cell: Mapping[str, Look],
    name: str,
    cost_of: Callable[[rnnbench.CostRow], rnnbench.Range | None],
) -> Drawn | None:
    """Test score against a cost, with the front of those that nothing beats in both; None where no
    cell has both."""
    cost = next((cost for cost in findings.costs if any(map(cost_of, cost.rows))), None)
    dear = {row.row: spent for row in cost.rows if (spent := cost_of(row))} if cost else {}
    shown = [
        c
        for c in findings.conditions
        if any(a.row in dear and c.metrics[0].name in a.test for a in c.arms)
    ]
    if cost is None or not shown:
        return None
    scale, unit = (
        (1e3, "ms a training step")
        if name.endswith("seconds")
        else (1 / rnnbench.text.MEBIBYTE, "MiB at the peak of a step")
    )
    figure, axes = panels(condition.title for condition in shown)
    for axis, condition in zip(axes, shown, strict=True):
        metric = condition.metrics[0]
        points = []
        for arm in condition.arms:
            x, y = dear.get(arm.row), arm.test.get(metric.name)
            if x is None or y is None:
                continue
            look = by_cell[arm.row]
            axis.errorbar(
                scale * x.centre,
                y.centre,
                xerr=[[scale * (x.centre - x.low)], [scale * (x.high - x.centre)]],
                yerr=[[y.centre - y.low], [y.high - y.centre]],
                color=look.colour,
                marker=look.marker,
                capsize=2,
                linewidth=1,
                linestyle="none",
                label=plain(arm.row),
            )
            points.append((scale * x.centre, y.centre))
        _draw_front(axis, points, higher_is_better=metric.direction == "higher")
        score_axis(axis, condition, "test")
        axis.set_xlim(left=0)
        axis.margins(y=0.12)
        axis.set_xlabel(unit, fontsize=9)
    legend(figure, axes)
    what = "time" if name.endswith("seconds") else "memory"
    caption = (
        f"Test score (median and range over seeds) against the {what} of a training step of the"
        f" bare cell at {cost.shape} (median and range over replicates), the same {what} for every"
        " task. Cells on the line are beaten by none in both."
    )
    return Drawn(
        name, f"Accuracy against {'seconds' if what == 'time' else 'bytes'}", caption, figure
    )


def _draw_front(axis: Axes, points: list[tuple[float, float]], *, higher_is_better: bool) -> None:
    front: list[tuple[float, float]] = []
    for x, y in sorted(
        points, key=lambda point: (point[0], -point[1] if higher_is_better else point[1])
    ):
        if not front or (y > front[-1][1] if higher_is_better else y < front[-1][1]):
            front.append((x, y))
    if len(front) > 1:
        axis.step(
            *zip(*front, strict=True),
            where="post",
            color=REFERENCE,
            linestyle=":",
            linewidth=1,
            zorder=0,
        )


def _replicates(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Every replicate's time, a dot each, so that nothing is hidden by a median."""
    costs = [cost for cost in findings.costs if any(row.train for row in cost.rows)]
    figure, axes = panels(
        (cost.title for cost in costs), bars=max(len(cost.rows) for cost in costs)
    )
    for axis, cost in zip(axes, costs, strict=True):
        timed = [(row.train.seconds.centre, row) for row in cost.rows if row.train]
        slowest_first = sorted(timed, key=lambda pair: pair[0], reverse=True)
        rows = [row for _, row in slowest_first]
        for position, row in enumerate(rows):
            look, step_time = by_cell[row.row], row.train
            assert step_time
            times = [1e3 * seconds for seconds in step_time.replicates]
            axis.plot(
                times,
                [position] * len(times),
                look.marker,
                color=look.colour,
                alpha=0.5,
                markersize=4,
            )
            axis.plot(1e3 * step_time.seconds.centre, position, "|", color="black", markersize=12)
        axis.set_yticks(range(len(rows)), [plain(row.row) for row in rows], fontsize=8)
        axis.set_xlim(left=0)
        axis.set_xlabel("ms a training step", fontsize=9)
    caption = (
        "Median time of a training step of the bare cell in each replicate, a dot each; the bar is"
        " the median over replicates. All replicates are shown."
    )
    return Drawn("training-time", "Time of a training step", caption, figure)


def _memory(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Peak memory of a training step, a bar a cell."""
    costs = [cost for cost in findings.costs if any(row.peak_bytes for row in cost.rows)]
    figure, axes = panels(
        (cost.title for cost in costs), bars=max(len(cost.rows) for cost in costs)
    )
    for axis, cost in zip(axes, costs, strict=True):
        peaks = [(row.peak_bytes.centre, row) for row in cost.rows if row.peak_bytes]
        rows = [row for _, row in sorted(peaks, key=lambda pair: pair[0], reverse=True)]
        for position, row in enumerate(rows):
            peak = row.peak_bytes
            assert peak
            centre, low, high = (
                value / rnnbench.text.MEBIBYTE for value in (peak.centre, peak.low, peak.high)
            )
            axis.barh(position, centre, color=by_cell[row.row].colour, alpha=0.75, height=0.6)
            axis.errorbar(
                centre,
                position,
                xerr=[[centre - low], [high - centre]],
                color="black",
                capsize=3,
                linewidth=1,
            )
            if row.saved_bytes is not None:
                axis.plot(
                    row.saved_bytes / rnnbench.text.MEBIBYTE,
                    position,
                    "|",
                    color="black",
                    markersize=9,
                )
            axis.annotate(
                number(centre),
                (high, position),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axis.set_yticks(range(len(rows)), [plain(row.row) for row in rows], fontsize=8)
        axis.set_xlabel("MiB above the process without the cell", fontsize=9)
        axis.margins(x=0.15)
        axis.grid(visible=False, axis="y")
    caption = (
        "Peak resident growth of a process over one training step of the bare cell: weights,"
        " optimiser state, batch and all that backward keeps. Median and range over replicates,"
        " each in a process of its own. The mark within a bar is what the kernel saves for"
        " backward."
    )
    return Drawn("memory", "Memory", caption, figure)
