"""Figures of a user's own file: forecasts over the test part, and errors by step."""

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

import rnnbench
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import (
    BETWEEN_POINTS,
    ONLY_SAYS,
    Cells,
    Drawn,
    Panel,
    draw_panel,
    line_style,
    tag,
)
from rnnbench_reports.style import REFERENCE, SMALL, number, plain

SECONDS_A_DAY = 86_400
FORECASTS = "forecasts-on-test"
BY_STEP = "errors-by-step"
BASELINE_DASHES: tuple[tuple[float, float], ...] = ((4, 2), (1, 1.5), (6, 3), (2, 2))
MOST_IN_HINTS = 120
"""Of more points, a line says nothing to who points at it."""


def tryout_figures(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    """Yield the figures for which a tryout has data."""
    tryout = findings.tryout
    if tryout is None:
        return
    if tryout.forecasts:
        yield _forecasts(tryout, cells)
    if tryout.by_step:
        yield _by_step(tryout, cells)


def _forecasts(tryout: rnnbench.Tryout, cells: Cells) -> Drawn:
    panels = []
    own = cells.among([tryout.drawn_cell])
    for line in tryout.forecasts:

        def drawn(axis: Axes, shown: Cells, line: Any = line) -> None:
            _draw_forecasts(axis, shown, tryout, line)

        title = line.title if len(tryout.forecasts) > 1 else ""
        panel = draw_panel(title, drawn, own._replace(wide=_wide(cells)), is_wide=True)
        panels.append(panel._replace(name=title or FORECASTS, words=_words(tryout)))
    caption = (
        f"The target in the test part (thin line), the forecasts of {tryout.drawn_cell} in the"
        f" seed with the median error, and those of the best baseline, {tryout.best_baseline}"
        " (dashed). Of a long test part, the last rows are drawn; of many series, the first ones."
    )
    return Drawn(FORECASTS, "Forecasts on the test part", caption, tuple(panels))


def _wide(cells: Cells) -> float:
    """Return the width of a panel that has the width of the page."""
    return max(cells.wide, 2 * cells.width)


def _words(tryout: rnnbench.Tryout) -> str:
    return (
        f"The target, and its forecasts by {tryout.drawn_cell} and by {tryout.best_baseline},"
        " over the rows of the test part."
    )


def _draw_forecasts(axis: Axes, cells: Cells, tryout: rnnbench.Tryout, line: Any) -> None:
    places = [place / SECONDS_A_DAY if line.is_time else place for place in line.places]
    axis.plot(places, line.actual, color="#000000", linewidth=1.1, zorder=2)
    style: dict[str, Any] = {"color": REFERENCE, "linewidth": 1.1, "zorder": 2.2}
    axis.plot(places, line.baseline, dashes=BASELINE_DASHES[0], **style)
    row = tryout.drawn_cell
    drawn = axis.plot(places, line.cell, **line_style(cells.looks[row]))
    says = ""
    if len(places) <= MOST_IN_HINTS:
        pairs = zip(line.cell, line.actual, strict=True)
        says = BETWEEN_POINTS.join(f"{row}: {number(a)}, right: {number(b)}" for a, b in pairs)
    tag(row, drawn, says)
    if line.is_time:
        locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
        axis.xaxis.set_major_locator(locator)
        dates = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
        axis.xaxis.set_major_formatter(dates)
    else:
        axis.set_xlabel("row", fontsize=SMALL)
    label_ends(axis, {row: line.cell[-1]}, cells.looks)


def _by_step(tryout: rnnbench.Tryout, cells: Cells) -> Drawn:
    own = cells.among([shown.name for shown in tryout.by_step if shown.is_cell])

    def drawn(axis: Axes, shown: Cells) -> None:
        _draw_steps(axis, shown, tryout)

    panel: Panel = draw_panel("", drawn, own, name=BY_STEP)
    caption = (
        f"The error ({tryout.measure.name}) of forecasts so many rows ahead: of each cell in the"
        " seed with the median error, and of the baselines (grey)."
    )
    return Drawn(BY_STEP, "Errors by step of the horizon", caption, (panel,))


def _draw_steps(axis: Axes, cells: Cells, tryout: rnnbench.Tryout) -> None:
    ends = {}
    dashes = iter(BASELINE_DASHES * len(tryout.by_step))
    for shown in tryout.by_step:
        steps = range(1, len(shown.errors) + 1)
        if shown.is_cell:
            (line,) = axis.plot(steps, shown.errors, **line_style(cells.looks[shown.name]))
            ends[shown.name] = shown.errors[-1]
        else:
            style: dict[str, Any] = {"color": REFERENCE, "linewidth": 1.1}
            (line,) = axis.plot(steps, shown.errors, dashes=next(dashes), **style)
        texts = [
            f"{shown.name}, {step} ahead: {number(error)}{tryout.measure.unit}"
            for step, error in zip(steps, shown.errors, strict=True)
        ]
        if shown.is_cell:
            tag(shown.name, line, BETWEEN_POINTS.join(texts))
        else:
            line.set_gid(f"{ONLY_SAYS}{BETWEEN_POINTS.join(texts)}")
    axis.set_xlabel("rows ahead", fontsize=SMALL)
    axis.set_ylabel(plain(f"error{tryout.measure.unit}"), fontsize=SMALL)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    label_ends(axis, ends, cells.looks)
