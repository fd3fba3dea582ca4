"""Cost against the length of sequences."""

from collections.abc import Iterator, Mapping
from typing import Literal

import rnnbench
from rnnbench_reports.style import Drawn, Look, panels, plain, plain_ticks

Figure = Literal["train", "inference", "memory"]
WORDS: dict[Figure, tuple[str, str, float]] = {
    "train": ("Time of a training step against length", "ms a training step", 1e3),
    "inference": ("Time of forward alone against length", "ms a forward pass", 1e3),
    "memory": (
        "Peak memory against length",
        "MiB at the peak of a step",
        1 / rnnbench.text.MEBIBYTE,
    ),
}


def scaling_figures(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Iterator[Drawn]:
    """One for each figure that was measured at several lengths."""
    for figure in WORDS:
        shown = [s for s in findings.scalings if any(curve.figure == figure for curve in s.curves)]
        if shown:
            yield _against_length(shown, figure, by_cell)


def _against_length(
    shown: list[rnnbench.Scaling], what: Figure, by_cell: Mapping[str, Look]
) -> Drawn:
    title, unit, scale = WORDS[what]
    figure, axes = panels((scaling.title for scaling in shown), wide=True)
    for axis, scaling in zip(axes, shown, strict=True):
        for curve in scaling.curves:
            if curve.figure != what:
                continue
            look = by_cell[curve.row]
            power = f": $T^{{{curve.exponent.centre:.2f}}}$" if curve.exponent else ""
            centres = [scale * value.centre for value in curve.values]
            axis.plot(
                curve.steps,
                centres,
                color=look.colour,
                marker=look.marker,
                markersize=4,
                label=f"{plain(curve.row)}{power}",
            )
            low, high = (
                [scale * value.low for value in curve.values],
                [scale * value.high for value in curve.values],
            )
            axis.fill_between(curve.steps, low, high, color=look.colour, alpha=0.18, linewidth=0)
        axis.set_xscale("log")
        axis.set_yscale("log")
        plain_ticks(axis.yaxis)
        lengths = sorted({steps for curve in scaling.curves for steps in curve.steps})
        axis.set_xticks(lengths, [f"{steps}" for steps in lengths], minor=False)
        axis.set_xticks([], minor=True)
        axis.set_xlabel("steps T", fontsize=9)
        axis.set_ylabel(unit, fontsize=9)
        axis.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    caption = (
        "Median and range over replicates, both axes logarithmic; the exponent is that of a"
        " straight line through all lengths, fitted in each replicate and combined day by day."
    )
    names: dict[Figure, str] = {
        "train": "time-against-length",
        "inference": "inference-against-length",
        "memory": "memory-against-length",
    }
    return Drawn(names[what], title, caption, figure)
