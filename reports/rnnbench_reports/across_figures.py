"""The figures across tasks: performance profiles, interquartile means and probabilities of
improvement, one figure for each aspect that is learned."""

from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain

MOST_BANDS = 4
"""Bands of more cells would hide each other."""


def across_figures(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """Yield a figure for each aspect that has profiles."""
    for aspect in findings.across:
        if aspect.rows and aspect.thresholds:
            yield _aspect_figure(aspect, by_cell)


def _aspect_figure(aspect: rnnbench.Aspect, by_cell: Mapping[str, Look]) -> Drawn:
    titles = [f"{aspect.name}: runs above a score", "interquartile mean"]
    if aspect.pairs:
        titles.append("the first over each other")
    figure, axes = panels(titles, bars=len(aspect.rows) + 4)
    _draw_profiles(axes[0], aspect, by_cell)
    _draw_ranges(axes[1], _means(aspect), by_cell)
    axes[1].set_xlabel("score", fontsize=9)
    if aspect.pairs:
        first = aspect.rows[0].row
        _draw_ranges(axes[2], {pair.over: pair.probability for pair in aspect.pairs}, by_cell)
        axes[2].axvline(0.5, color=REFERENCE, linestyle="--", linewidth=1)
        axes[2].set_xlabel(plain(f"probability that {first} is better"), fontsize=9)
    legend(figure, axes[:1])
    return Drawn(f"across-{aspect.name}", f"Across tasks: {aspect.name}", _caption(aspect), figure)


def _means(aspect: rnnbench.Aspect) -> dict[str, rnnbench.Range]:
    """Return the interquartile mean of each cell, which is the first of its figures."""
    return {row.row: next(iter(row.figures.values())) for row in aspect.rows}


def _caption(aspect: rnnbench.Aspect) -> str:
    have_intervals = all(mean.kind != "range" for mean in _means(aspect).values())
    around = "95 % intervals" if have_intervals else "ranges over seeds"
    bands = "Bands are 95 % intervals at each score by itself."
    if len(aspect.rows) > MOST_BANDS:
        bands = "Bands are left out, as those of so many cells would hide each other."
    sentences = [
        f"Score: {aspect.measures}; {len(aspect.conditions)} conditions x {len(aspect.seeds)}"
        " seeds.",
        "First panel: the share of a cell's runs whose score is higher; the higher the line, the"
        " better.",
        bands,
        f"Second panel: mean of the middle half of the runs, with {around}.",
    ]
    if aspect.pairs:
        sentences.append(
            "Third panel: how likely a run of the first cell is better than a run of another cell"
            " on the same condition; where the bar, 95 % over all pairs, crosses one half, neither"
            " cell is shown to be better."
        )
    return " ".join(sentences)


def _draw_profiles(axis: Axes, aspect: rnnbench.Aspect, by_cell: Mapping[str, Look]) -> None:
    for row in aspect.rows:
        look = by_cell[row.row]
        profile = row.profile
        assert profile
        axis.step(
            aspect.thresholds,
            profile.shares,
            where="post",
            color=look.colour,
            marker=look.marker,
            markevery=10,
            markersize=4,
            label=plain(row.row),
        )
        if len(aspect.rows) <= MOST_BANDS:
            axis.fill_between(
                aspect.thresholds,
                profile.low,
                profile.high,
                step="post",
                color=look.colour,
                alpha=0.13,
                linewidth=0,
            )
    axis.set_xlim(0, 1)
    axis.set_ylim(-0.02, 1.02)
    axis.set_xlabel("score", fontsize=9)
    axis.set_ylabel("share of runs", fontsize=9)


def _draw_ranges(
    axis: Axes, ranges: Mapping[str, rnnbench.Range], by_cell: Mapping[str, Look]
) -> None:
    """Draw a mark and a bar for each cell, the first one on top."""
    rows = list(ranges)[::-1]
    for position, row in enumerate(rows):
        look = by_cell[row]
        shown = ranges[row]
        axis.plot(
            [shown.low, shown.high],
            [position, position],
            color=look.colour,
            linewidth=4,
            alpha=0.35,
        )
        axis.plot(shown.centre, position, marker=look.marker, color=look.colour, markersize=8)
    axis.set_yticks(range(len(rows)), [plain(row) for row in rows], fontsize=9)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.set_xlim(-0.03, 1.03)
