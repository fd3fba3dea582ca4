"""The figures across tasks: for each aspect that is learned, profiles, interquartile means and
chances side by side."""

from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes

import rnnbench
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, panels, plain

MOST_BANDS = 4
"""Bands of more cells would hide each other."""


def across_figures(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """One for each aspect that has profiles."""
    for aspect in findings.across:
        if aspect.rows and aspect.thresholds:
            yield _aspect(aspect, by_cell)


def _aspect(aspect: rnnbench.Aspect, by_cell: Mapping[str, Look]) -> Drawn:
    first = aspect.rows[0].row
    titles = [f"{aspect.name}: runs above a score", "interquartile mean"]
    titles += ["the first over each other"] if aspect.pairs else []
    figure, axes = panels(titles, bars=len(aspect.rows) + 4)
    _profiles(axes[0], aspect, by_cell)
    _ranges(axes[1], {row.row: next(iter(row.figures.values())) for row in aspect.rows}, by_cell)
    axes[1].set_xlabel("score", fontsize=9)
    if aspect.pairs:
        _ranges(axes[2], {pair.over: pair.probability for pair in aspect.pairs}, by_cell)
        axes[2].axvline(0.5, color=REFERENCE, linestyle="--", linewidth=1)
        axes[2].set_xlabel(plain(f"probability that {first} is better"), fontsize=9)
    legend(figure, axes[:1])
    return Drawn(f"across-{aspect.name}", f"Across tasks: {aspect.name}", _caption(aspect), figure)


def _caption(aspect: rnnbench.Aspect) -> str:
    with_intervals = all(next(iter(row.figures.values())).kind != "range" for row in aspect.rows)
    around = "95 % intervals" if with_intervals else "ranges over seeds"
    said = [
        (
            f"Score: {aspect.measures}; {len(aspect.conditions)} conditions x {len(aspect.seeds)}"
            " seeds."
        ),
        (
            "First panel: the share of a cell's runs whose score is higher; the higher the line,"
            " the better;"
        ),
        (
            "bands of so many cells would hide each other."
            if len(aspect.rows) > MOST_BANDS
            else "bands are 95 % intervals at each score by itself."
        ),
        f"Second: mean of the middle half of the runs, with {around}.",
    ]
    if aspect.pairs:
        said += [
            (
                "Third: how likely a run of the first cell is better than one of another on the"
                " same condition; where the"
            ),
            "bar, 95 % over all pairs, crosses one half, the two are not told apart.",
        ]
    return " ".join(said)


def _profiles(axis: Axes, aspect: rnnbench.Aspect, by_cell: Mapping[str, Look]) -> None:
    for row in aspect.rows:
        look, profile = by_cell[row.row], row.profile
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


def _ranges(axis: Axes, figures: Mapping[str, rnnbench.Range], by_cell: Mapping[str, Look]) -> None:
    """A mark and a bar for each cell, the first one on top."""
    rows = list(figures)[::-1]
    for position, row in enumerate(rows):
        look, figure = by_cell[row], figures[row]
        axis.plot(
            [figure.low, figure.high],
            [position, position],
            color=look.colour,
            linewidth=4,
            alpha=0.35,
        )
        axis.plot(figure.centre, position, marker=look.marker, color=look.colour, markersize=8)
    axis.set_yticks(range(len(rows)), [plain(row) for row in rows], fontsize=9)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.set_xlim(-0.03, 1.03)
