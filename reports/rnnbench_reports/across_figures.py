"""The figures across tasks: performance profiles, interquartile means and probabilities of
improvement, one figure for each aspect that is learned."""

from collections.abc import Iterator, Mapping
from typing import Any

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.end_labels import label_ends
from rnnbench_reports.panel import (
    Cells,
    Drawn,
    draw_panel,
    line_style,
    tag,
    with_n,
)
from rnnbench_reports.style import REFERENCE, SMALL, name_ticks, plain

MOST_BANDS = 4
"""Bands of more cells would hide each other."""


def across_figures(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    """Yield a figure for each aspect that has profiles."""
    for aspect in findings.across:
        if aspect.rows and aspect.thresholds:
            yield _aspect_figure(aspect, cells)


def _aspect_figure(aspect: rnnbench.Aspect, cells: Cells) -> Drawn:
    own = cells.among(row.row for row in aspect.rows)
    bars = len(aspect.rows) + 2
    name = aspect.name
    panels = [
        draw_panel(
            f"{name}: runs above a score",
            lambda axis, shown: _draw_profiles(axis, aspect, shown),
            own,
            name="profiles",
        ),
        draw_panel(
            "interquartile mean",
            lambda axis, shown: _draw_ranges(axis, _means(aspect), shown, "score"),
            own,
            name="means",
            bars=bars,
        ),
    ]
    if aspect.pairs:
        first = aspect.rows[0].row
        probabilities = {pair.over: pair.probability for pair in aspect.pairs}
        panels.append(
            draw_panel(
                f"{first} over each other cell",
                lambda axis, shown: _draw_probabilities(axis, probabilities, shown, first),
                own,
                name="pairs",
                bars=bars,
            )
        )
    return Drawn(f"across-{name}", f"Across tasks: {name}", _caption(aspect), tuple(panels))


def _means(aspect: rnnbench.Aspect) -> dict[str, rnnbench.Range]:
    """Return the interquartile mean of each cell, which is the first of its figures."""
    return {row.row: next(iter(row.figures.values())) for row in aspect.rows}


def _caption(aspect: rnnbench.Aspect) -> str:
    have_intervals = all(mean.kind != "range" for mean in _means(aspect).values())
    around = "95 % intervals" if have_intervals else "ranges over seeds"
    bands = "Bands are 95 % intervals at each score by itself."
    if len(aspect.rows) > MOST_BANDS:
        bands = "Bands are left out, as those of so many cells would hide each other."
    counted = rnnbench.text.counted
    sentences = [
        f"Score: {aspect.measures}.",
        f"Each cell has runs under {counted(len(aspect.conditions), 'condition')}, with"
        f" {counted(len(aspect.seeds), 'seed')} each.",
        "First panel: the share of a cell's runs whose score is higher, so that a higher line is"
        " better.",
        bands,
        f"Second panel: mean of the middle half of the runs, with {around}.",
    ]
    if aspect.pairs:
        sentences.append(
            "Third panel: how likely a run of the first cell is better than a run of another cell"
            " on the same condition. Where the bar, 95 % over all pairs, crosses one half, neither"
            " cell is shown to be better."
        )
    return " ".join(sentences)


def _draw_profiles(axis: Axes, aspect: rnnbench.Aspect, cells: Cells) -> None:
    profiles = {row.row: row.profile for row in aspect.rows if row.profile}
    ends = {}
    for row in cells.by_prominence(profiles):
        look = cells.looks[row]
        profile = profiles[row]
        is_featured = row in cells.featured
        style = line_style(look, featured=is_featured)
        line = axis.step(aspect.thresholds, profile.shares, where="post", **style)
        tag(row, line, row)
        if is_featured:
            ends[row] = profile.shares[-1]
        if len(aspect.rows) <= MOST_BANDS:
            band: dict[str, Any] = {
                "step": "post",
                "color": look.colour,
                "alpha": 0.13,
                "linewidth": 0,
            }
            tag(row, axis.fill_between(aspect.thresholds, profile.low, profile.high, **band))
    axis.set_xlim(0, 1)
    axis.set_ylim(-0.02, 1.02)
    axis.set_xlabel("score", fontsize=SMALL)
    axis.set_ylabel("share of runs", fontsize=SMALL)
    label_ends(axis, ends, cells.looks)


def _draw_probabilities(
    axis: Axes, probabilities: Mapping[str, rnnbench.Range], cells: Cells, first: str
) -> None:
    _draw_ranges(axis, probabilities, cells, f"probability that {first} is better")
    axis.axvline(0.5, color=REFERENCE, linestyle="--", linewidth=1)


def _draw_ranges(
    axis: Axes, ranges: Mapping[str, rnnbench.Range], cells: Cells, title: str
) -> None:
    """Draw a mark and a bar for each cell, the first one on top."""
    rows = list(ranges)[::-1]
    for position, row in enumerate(rows):
        look = cells.looks[row]
        shown = ranges[row]
        style: dict[str, Any] = {"color": look.colour, "linewidth": 4, "alpha": 0.35}
        bar = axis.plot([shown.low, shown.high], [position, position], **style)
        mark = axis.plot(shown.centre, position, look.marker, color=look.colour, markersize=7)
        tag(row, [*bar, *mark], f"{row}: {with_n(shown)}")
    name_ticks(axis.yaxis, rows)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.set_xlim(-0.03, 1.03)
    axis.set_xlabel(plain(title), fontsize=SMALL)
