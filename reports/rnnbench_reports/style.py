"""How figures look: one colour and one marker for each cell, the same in every figure; numbers as
text."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import fill
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

import rnnbench

# Okabe & Ito 2008, told apart by colour-blind readers; black is left for references.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C564B", "#7F7F7F")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
REFERENCE = "#555555"
PANEL_INCHES = (3.5, 2.6)
COLUMNS = 3
TITLE_CHARACTERS = 34
INCHES_A_BAR = 0.2
INCHES_A_LINE = 0.25
DOTS_PER_INCH = 160
NO_WIDTH = "\u200b"


class Drawn(NamedTuple):
    """A figure with its file name (without ending), title and caption."""

    name: str
    title: str
    caption: str
    figure: Figure


@dataclass(frozen=True)
class Look:
    """Colour and marker of a cell."""

    colour: str
    marker: str


def looks(findings: rnnbench.Findings) -> dict[str, Look]:
    """A look for each cell of the findings, in the order of their names."""
    rows = {arm.row for condition in findings.conditions for arm in condition.arms}
    rows |= {span.row for far in findings.spans for span in far.spans}
    rows |= {row.row for cost in findings.costs for row in cost.rows}
    rows |= {curve.row for scaling in findings.scalings for curve in scaling.curves}
    rows |= {found.row for scaling in findings.scalings for found in scaling.longest}
    return {
        row: Look(COLOURS[i % len(COLOURS)], MARKERS[(i // len(COLOURS) + i) % len(MARKERS)])
        for i, row in enumerate(sorted(rows))
    }


def panels(
    titles: Iterable[str], *, bars: int = 0, wide: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure of small panels, three to a row, with these titles; high enough for so many bars, or
    each as wide as the page."""
    titles = list(titles)
    columns = 1 if wide else min(COLUMNS, max(1, len(titles)))
    rows = -(-len(titles) // columns)
    width, height = PANEL_INCHES
    height = max(height, INCHES_A_BAR * bars + 0.6)
    figure = Figure(
        figsize=(max(width * columns, 6.0), height * rows + 0.5),
        layout="constrained",
        dpi=DOTS_PER_INCH,
    )
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, title in zip(axes, titles, strict=False):
        shown = title if wide else fill(title, TITLE_CHARACTERS)
        axis.set_title(plain(shown), fontsize=10, loc="left", fontweight="bold")
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.tick_params(labelsize=8)
    for axis in axes[len(titles) :]:
        axis.set_visible(False)
    return figure, list(axes[: len(titles)])


def legend(figure: Figure, axes: Iterable[Axes]) -> None:
    """One legend above all panels, each entry once."""
    entries: dict[str, Artist] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    if entries:
        inches = 0.6 + 0.085 * max(map(len, entries))
        columns = max(1, min(len(entries), int(figure.get_figwidth() / inches)))
        figure.set_figheight(
            figure.get_figheight() + INCHES_A_LINE * (-(-len(entries) // columns) - 1)
        )
        figure.legend(
            list(entries.values()),
            list(entries),
            loc="outside upper center",
            ncols=columns,
            frameon=False,
        )


def plain(text: str) -> str:
    """A text of anybody as matplotlib shows it letter by letter: dollars open no formula, and a
    line whose label begins with an underscore has its place in the legend. What has no letter is a
    space."""
    shown = "".join(
        character if character.isprintable() or character == "\n" else " " for character in text
    )
    shown = shown.replace("$", r"\$")
    return NO_WIDTH + shown if shown.startswith("_") else shown


@contextmanager
def without_missing_glyphs() -> Iterator[None]:
    """While a figure is written: a box stands in the place of a letter that the font does not have,
    without a word."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def plain_ticks(*axes: Axis) -> None:
    """Numbers as they are on logarithmic axes, at 1, 2 and 5 times powers of ten."""
    for axis in axes:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axis.set_minor_formatter(NullFormatter())


def number(value: float) -> str:
    """Three significant digits, without an exponent where that is readable."""
    return rnnbench.text.number(value)


def spread(figure: rnnbench.Range | None, scale: float = 1.0) -> str:
    """Centre with what lies around it: `0.93 [0.92 to 0.95]`."""
    if figure is None:
        return "-"
    centre, low, high = (number(scale * v) for v in (figure.centre, figure.low, figure.high))
    return centre if low == high == centre else f"{centre} [{low} to {high}]"
