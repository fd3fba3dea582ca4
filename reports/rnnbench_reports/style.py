"""The look of figures: one colour and marker for each cell, panels, legends, and numbers as
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

# Okabe & Ito 2008: colour-blind readers can distinguish them; black is left for references.
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
    """The colour and the marker of a cell."""

    colour: str
    marker: str


def looks(findings: rnnbench.Findings) -> dict[str, Look]:
    """Return a look for each cell of the findings, in the order of their names."""
    rows: set[str] = set()
    for condition in findings.conditions:
        rows.update(arm.row for arm in condition.arms)
    for finding in findings.spans:
        rows.update(span.row for span in finding.spans)
    for cost in findings.costs:
        rows.update(row.row for row in cost.rows)
    for scaling in findings.scalings:
        rows.update(curve.row for curve in scaling.curves)
        rows.update(longest.row for longest in scaling.longest)
    return {row: _look(position) for position, row in enumerate(sorted(rows))}


def _look(position: int) -> Look:
    """Return the look of a cell; cells of one colour differ in their markers."""
    times_round, colour = divmod(position, len(COLOURS))
    return Look(COLOURS[colour], MARKERS[(times_round + position) % len(MARKERS)])


def panels(
    titles: Iterable[str], *, bars: int = 0, wide: bool = False
) -> tuple[Figure, list[Axes]]:
    """Return a figure of small panels with these titles, three to a row.

    bars: panels are high enough for this many bars.
    wide: panels are as wide as the page, one to a row.
    """
    titles = list(titles)
    figure, axes = _grid(len(titles), bars, wide)
    for axis, title in zip(axes, titles, strict=False):
        shown = title if wide else fill(title, TITLE_CHARACTERS)
        axis.set_title(plain(shown), fontsize=10, loc="left", fontweight="bold")
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.tick_params(labelsize=8)
    for axis in axes[len(titles) :]:
        axis.set_visible(False)
    return figure, axes[: len(titles)]


def _grid(count: int, bars: int, wide: bool) -> tuple[Figure, list[Axes]]:
    columns = 1 if wide else min(COLUMNS, max(1, count))
    rows = -(-count // columns)
    width, least_height = PANEL_INCHES
    height = max(least_height, INCHES_A_BAR * bars + 0.6)
    figure = Figure(
        figsize=(max(width * columns, 6.0), height * rows + 0.5),
        layout="constrained",
        dpi=DOTS_PER_INCH,
    )
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    return figure, list(axes)


def legend(figure: Figure, axes: Iterable[Axes]) -> None:
    """Draw one legend above all panels, with each entry once."""
    entries: dict[str, Artist] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    if not entries:
        return
    inches_an_entry = 0.6 + 0.085 * max(map(len, entries))
    columns = max(1, min(len(entries), int(figure.get_figwidth() / inches_an_entry)))
    lines = -(-len(entries) // columns)
    figure.set_figheight(figure.get_figheight() + INCHES_A_LINE * (lines - 1))
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside upper center",
        ncols=columns,
        frameon=False,
    )


def plain(text: str) -> str:
    """Return a text so that matplotlib shows it letter by letter.

    Dollars open no formula, characters that cannot be printed become spaces, and a label that
    begins with an underscore still appears in the legend.
    """
    printable = "".join(
        character if character.isprintable() or character == "\n" else " " for character in text
    )
    escaped = printable.replace("$", r"\$")
    return NO_WIDTH + escaped if escaped.startswith("_") else escaped


@contextmanager
def without_missing_glyphs() -> Iterator[None]:
    """Suppress warnings on letters that the font lacks; matplotlib draws a box in their place."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def plain_ticks(*axes: Axis) -> None:
    """Number logarithmic axes without exponents, at 1, 2 and 5 times powers of ten."""
    for axis in axes:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axis.set_minor_formatter(NullFormatter())


def number(value: float) -> str:
    """Return three significant digits, without an exponent where that is readable."""
    return rnnbench.text.number(value)


def spread(figure: rnnbench.Range | None, scale: float = 1.0) -> str:
    """Return the centre and the ends of a range: `0.93 [0.92 to 0.95]`."""
    if figure is None:
        return "-"
    centre = number(scale * figure.centre)
    low = number(scale * figure.low)
    high = number(scale * figure.high)
    return rnnbench.text.with_ends(centre, low, high)
