"""Figures of diagnostics: a panel a condition, a figure a diagnostic."""

from collections.abc import Iterator, Mapping

import rnnbench
from rnnbench_reports.style import Drawn, Look, legend, panels, plain

LINES = {"fresh": ":", "trained": "-"}


def diagnostics(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """A figure for each diagnostic that any cell has."""
    names = sorted(
        {
            d.name
            for condition in findings.conditions
            for arm in condition.arms
            for d in arm.diagnostics
        }
    )
    for name in names:
        shown = [
            c
            for c in findings.conditions
            if any(d.name == name for arm in c.arms for d in arm.diagnostics)
        ]
        figure, axes = panels(condition.title for condition in shown)
        for axis, condition in zip(axes, shown, strict=True):
            for arm in condition.arms:
                look = by_cell[arm.row]
                for curve in (one for one in arm.diagnostics if one.name == name):
                    label = plain(arm.row if curve.when == "trained" else f"{arm.row}, untrained")
                    axis.plot(
                        curve.x,
                        curve.median,
                        LINES[curve.when],
                        color=look.colour,
                        linewidth=1.3,
                        label=label,
                    )
                    if curve.when == "trained":
                        axis.fill_between(
                            curve.x,
                            curve.low,
                            curve.high,
                            color=look.colour,
                            alpha=0.18,
                            linewidth=0,
                        )
                    axis.set_xlabel(plain(curve.x_name), fontsize=9)
                    axis.set_ylabel(plain(curve.y_name), fontsize=9)
                    if curve.log_y:
                        axis.set_yscale("log")
        legend(figure, axes)
        title = name.replace("-", " ").capitalize()
        caption = (
            "Median over seeds: as initialised (dotted) and at the chosen epoch (line, band from"
            " the smallest to the largest). Figures of it stand under Diagnostics."
        )
        yield Drawn(name, title, caption, figure)
