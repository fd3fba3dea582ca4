"""Figures of diagnostics: one figure a diagnostic, one panel a condition."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.axes import condition_panel
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import Cells, Drawn, line_style, tag, tag_curve
from rnnbench_reports.style import SMALL, plain, plain_ticks


def diagnostics(findings: rnnbench.Findings, cells: Cells, task: str) -> Iterator[Drawn]:
    """Yield a figure for each diagnostic that some cell has under the conditions of a task."""
    conditions = [condition for condition in findings.conditions if condition.task == task]
    names = set(chain.from_iterable(map(_names, conditions)))
    for name in sorted(names):
        yield _diagnostic_figure(name, conditions, cells, task)


def _names(condition: rnnbench.Condition) -> set[str]:
    curves = chain.from_iterable(arm.diagnostics for arm in condition.arms)
    return {curve.name for curve in curves}


def _diagnostic_figure(
    name: str, conditions: Sequence[rnnbench.Condition], cells: Cells, task: str
) -> Drawn:
    def draw(axis: Axes, own: Cells, condition: rnnbench.Condition) -> None:
        _draw(axis, condition, name, own)

    panels = []
    for condition in conditions:
        if name in _names(condition):
            panels.append(condition_panel(condition, draw, cells))
    title = name.replace("-", " ").capitalize()
    caption = (
        "Median over seeds: as initialised (dotted) and at the chosen epoch (line, with a band from"
        " the smallest to the largest). Its figures are listed under Diagnostics."
    )
    return Drawn(f"{name}-{task}", title, caption, tuple(panels), task)


def _draw(axis: Axes, condition: rnnbench.Condition, name: str, cells: Cells) -> None:
    arms = {arm.row: arm for arm in condition.arms}
    curves = chain.from_iterable(arm.diagnostics for arm in condition.arms)
    first = next(curve for curve in curves if curve.name == name)
    axis.set_xlabel(plain(first.x_name), fontsize=SMALL)
    axis.set_ylabel(plain(first.y_name), fontsize=SMALL)
    if first.log_y:
        axis.set_yscale("log")
    ends = {}
    for row in cells.by_prominence(arms):
        for curve in arms[row].diagnostics:
            if curve.name == name:
                _draw_curve(axis, curve, row, cells)
                if curve.when == "trained" and row in cells.featured:
                    ends[row] = curve.median[-1]
    if first.log_y:
        plain_ticks(axis.yaxis)
    label_ends(axis, ends, cells.looks)


def _draw_curve(axis: Axes, curve: Any, row: str, cells: Cells) -> None:
    look = cells.looks[row]
    is_featured = row in cells.featured
    is_trained = curve.when == "trained"
    if not is_trained and not is_featured:
        return
    style = line_style(look, featured=is_featured)
    if not is_trained:
        style = {"color": look.colour, "linewidth": 1.1, "linestyle": ":"}
    (line,) = axis.plot(curve.x, curve.median, **style)
    if not is_trained:
        tag(row, line, f"{row}, as initialised")
        return
    ranges = [
        rnnbench.Range(*values, curve.n)
        for values in zip(curve.median, curve.low, curve.high, strict=True)
    ]
    tag_curve(row, line, curve.x, ranges, curve.x_name)
    if is_featured:
        band: dict[str, Any] = {"color": look.colour, "alpha": 0.15, "linewidth": 0}
        tag(row, axis.fill_between(curve.x, curve.low, curve.high, **band))
