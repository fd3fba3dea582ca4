"""Figures of diagnostics: one figure a diagnostic, one panel a condition."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import Drawn, Look, legend, panels, plain

LINES = {"fresh": ":", "trained": "-"}


def diagnostics(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """Yield a figure for each diagnostic that some cell has."""
    names = set(chain.from_iterable(map(_names, findings.conditions)))
    for name in sorted(names):
        yield _diagnostic_figure(name, findings, by_cell)


def _names(condition: rnnbench.Condition) -> set[str]:
    curves = chain.from_iterable(arm.diagnostics for arm in condition.arms)
    return {curve.name for curve in curves}


def _diagnostic_figure(
    name: str, findings: rnnbench.Findings, by_cell: Mapping[str, Look]
) -> Drawn:
    shown = [condition for condition in findings.conditions if name in _names(condition)]
    figure, axes = panels(condition.title for condition in shown)
    for axis, condition in zip(axes, shown, strict=True):
        for arm in condition.arms:
            for curve in arm.diagnostics:
                if curve.name == name:
                    _draw_curve(axis, curve, arm.row, by_cell[arm.row])
    legend(figure, axes)
    title = name.replace("-", " ").capitalize()
    caption = (
        "Median over seeds: as initialised (dotted) and at the chosen epoch (line, with a band from"
        " the smallest to the largest). Its figures are listed under Diagnostics."
    )
    return Drawn(name, title, caption, figure)


def _draw_curve(axis: Axes, curve: Any, row: str, look: Look) -> None:
    is_trained = curve.when == "trained"
    axis.plot(
        curve.x,
        curve.median,
        LINES[curve.when],
        color=look.colour,
        linewidth=1.3,
        label=plain(row if is_trained else f"{row}, untrained"),
    )
    if is_trained:
        axis.fill_between(
            curve.x, curve.low, curve.high, color=look.colour, alpha=0.18, linewidth=0
        )
    axis.set_xlabel(plain(curve.x_name), fontsize=9)
    axis.set_ylabel(plain(curve.y_name), fontsize=9)
    if curve.log_y:
        axis.set_yscale("log")
