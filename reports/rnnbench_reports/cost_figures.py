"""The figures of cost at one shape."""

from collections.abc import Iterator, Mapping
from itertools import chain

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports import device_words
from rnnbench_reports.front_figures import front_figures
from rnnbench_reports.process_figures import roofline, timelines
from rnnbench_reports.style import Drawn, Look, number, panels, plain

MIB = rnnbench.text.MEBIBYTE


def cost_figures(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """Yield every figure for which there are costs."""
    yield from front_figures(findings, by_cell)
    rows = list(chain.from_iterable(cost.rows for cost in findings.costs))
    if any(row.train for row in rows):
        yield _training_time(findings, by_cell)
    if any(row.peak_bytes for row in rows):
        yield _memory(findings, by_cell)
    if any(row.timeline for row in rows):
        yield timelines(findings, by_cell)
    if any(row.matrix_share and row.saved_bytes for row in rows):
        yield roofline(findings, by_cell)


def _training_time(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw a dot for the time of every replicate, so that a median hides none of them."""
    costs = [cost for cost in findings.costs if _has_training_time(cost)]
    figure, axes = panels(
        (cost.title for cost in costs), bars=max(len(cost.rows) for cost in costs)
    )
    for axis, cost in zip(axes, costs, strict=True):
        timed = [(row.train.seconds.centre, row) for row in cost.rows if row.train]
        rows = _largest_first(timed)
        for position, row in enumerate(rows):
            _draw_replicates(axis, row, position, by_cell[row.row])
        _name_rows(axis, rows)
        axis.set_xlim(left=0)
        axis.set_xlabel("ms a training step", fontsize=9)
    caption = (
        "Median time of a training step of the bare cell, a dot for each replicate; the bar is the"
        " median over replicates. All replicates are shown."
    )
    return Drawn("training-time", "Time of a training step", caption, figure)


def _has_training_time(cost: rnnbench.CostFinding) -> bool:
    return any(row.train for row in cost.rows)


def _draw_replicates(axis: Axes, row: rnnbench.CostRow, position: int, look: Look) -> None:
    step_time = row.train
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


def _memory(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw a bar for the peak memory of a training step of each cell."""
    costs = [cost for cost in findings.costs if _has_peak(cost)]
    figure, axes = panels(
        (cost.title for cost in costs), bars=max(len(cost.rows) for cost in costs)
    )
    for axis, cost in zip(axes, costs, strict=True):
        peaks = [(row.peak_bytes.centre, row) for row in cost.rows if row.peak_bytes]
        rows = _largest_first(peaks)
        for position, row in enumerate(rows):
            _draw_peak(axis, row, position, by_cell[row.row])
        _name_rows(axis, rows)
        axis.set_xlabel(device_words.peak_unit(cost), fontsize=9)
        axis.margins(x=0.15)
        axis.grid(visible=False, axis="y")
    caption = (
        f"{device_words.peak(costs)}: weights, optimiser state, batch and all that backward keeps."
        " Median and range over replicates, each in a process of its own. The mark within a bar is"
        " what the kernel saves for backward."
    )
    return Drawn("memory", "Memory", caption, figure)


def _has_peak(cost: rnnbench.CostFinding) -> bool:
    return any(row.peak_bytes for row in cost.rows)


def _draw_peak(axis: Axes, row: rnnbench.CostRow, position: int, look: Look) -> None:
    peak = row.peak_bytes
    assert peak
    centre = peak.centre / MIB
    low = peak.low / MIB
    high = peak.high / MIB
    axis.barh(position, centre, color=look.colour, alpha=0.75, height=0.6)
    axis.errorbar(
        centre,
        position,
        xerr=[[centre - low], [high - centre]],
        color="black",
        capsize=3,
        linewidth=1,
    )
    if row.saved_bytes is not None:
        axis.plot(row.saved_bytes / MIB, position, "|", color="black", markersize=9)
    axis.annotate(
        number(centre),
        (high, position),
        (6, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
    )


def _largest_first(figures: list[tuple[float, rnnbench.CostRow]]) -> list[rnnbench.CostRow]:
    ordered = sorted(figures, key=lambda pair: pair[0], reverse=True)
    return [row for _, row in ordered]


def _name_rows(axis: Axes, rows: list[rnnbench.CostRow]) -> None:
    axis.set_yticks(range(len(rows)), [plain(row.row) for row in rows], fontsize=8)
