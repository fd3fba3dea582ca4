"""Panels of figures: one axis each, whose parts know their cell and what they say about it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter

import rnnbench
from rnnbench_reports.looks import MOST_FEATURED, Look
from rnnbench_reports.style import DOTS_PER_INCH, GRID, number, spread

WIDTH = 3.7
HEIGHT = 2.5
INCHES_A_BAR = 0.2
LOOK: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
"""How an axis is made; set afterwards, each of these makes ticks that nobody sees."""
INCHES_A_LETTER = 0.07
LETTERS_OF_NUMBERS = 6
"""Letters of the longest number on an axis."""
SEPARATOR = "|"
OF_CELL = f"cell{SEPARATOR}"
ONLY_SAYS = f"says{SEPARATOR}"
BETWEEN_POINTS = "⏎"
"""A sign that XML keeps in attributes, which newlines are not."""


class Panel(NamedTuple):
    """A figure of one axis, with the ending of its file's name, its title, and the cells that it
    shows in their colours.

    words: what it shows; "" where its axis and the notes on its parts say that.
    """

    name: str
    title: str
    figure: Figure
    featured: frozenset[str] = frozenset()
    words: str = ""


class Drawn(NamedTuple):
    """A figure of several panels, with its name, its title and its caption.

    task:    the task whose conditions the panels show; "" where they show no single task.
    section: the kind of section that has the figure: "tryout", "claims", "task", "across", "cost"
             or "scaling".
    """

    name: str
    title: str
    caption: str
    panels: tuple[Panel, ...]
    task: str = ""
    section: str = ""


class Cells(NamedTuple):
    """The looks of all cells, and those that are shown in their colours.

    width, wide: the widths of a panel and of a wide one, in inches.
    """

    looks: Mapping[str, Look]
    featured: frozenset[str]
    width: float = WIDTH
    wide: float = WIDTH

    def among(self, rows: Iterable[str], leader: str | None = None) -> "Cells":
        """Return the cells of one panel: all are featured up to eight, else also its leader."""
        shown = frozenset(rows)
        if len(shown) <= MOST_FEATURED:
            return self._replace(featured=shown)
        return self._replace(featured=(self.featured | {leader or ""}) & shown)

    def by_prominence(self, rows: Iterable[str]) -> list[str]:
        """Return rows in their order, those behind first that are not featured."""
        return sorted(rows, key=lambda row: row in self.featured)


def draw_panel(
    title: str,
    draw: Callable[[Axes, Cells], None],
    cells: Cells,
    *,
    name: str = "",
    bars: int = 0,
    is_wide: bool = False,
) -> Panel:
    """Return a panel on whose axis `draw` has drawn these cells.

    bars: how many bars the panel shows one above the other, which gives its height; 0 for none.
    """
    height = INCHES_A_BAR * bars + 0.75 if bars else HEIGHT
    width = cells.wide if is_wide else cells.width
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
    with mpl.rc_context(LOOK):
        axis = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    draw(axis, cells)
    _lay_out(figure, axis)
    return Panel(name or title, title, figure, cells.featured)


def _lay_out(figure: Figure, axis: Axes) -> None:
    """Leave room around the axis for its texts, by their numbers of letters.

    Measuring each text, as matplotlib's own layouts do, takes longer than drawing the panel.
    """
    width, height = figure.get_size_inches()
    formatter = axis.yaxis.get_major_formatter()
    names = formatter.seq if isinstance(formatter, FixedFormatter) else []
    left = 0.12 + INCHES_A_LETTER * max(map(len, names), default=LETTERS_OF_NUMBERS)
    left += 0.2 if axis.get_ylabel() else 0.0
    ends = [text.get_text() for text in axis.texts if _is_of_cell(text)]
    right = 0.1 + (0.16 + INCHES_A_LETTER * max(map(len, ends)) if ends else 0.0)
    bottom = 0.44 if axis.get_xlabel() else 0.26
    x0 = min(0.6, left / width)
    y0 = bottom / height
    axis.set_position((x0, y0, max(0.65, 1 - right / width) - x0, 1 - 0.08 / height - y0))


def _is_of_cell(artist: Artist) -> bool:
    return (artist.get_gid() or "").startswith(OF_CELL)


def tag(row: str, artists: Artist | Iterable[Artist], says: str = "") -> None:
    """Note on parts of a figure which cell they show, and what a reader sees who points at them.

    says: one text, or a text for each vertex of a line, with `BETWEEN_POINTS` between them.
    """
    if isinstance(artists, Artist):
        artists = (artists,)
    for artist in artists:
        artist.set_gid(f"{OF_CELL}{quote(row, safe='')}{SEPARATOR}{says}")


def in_words(panel: Panel) -> str:
    """Return what a panel shows: its axes, and what was noted last on each cell that it features,
    which of a curve is its end."""
    if panel.words:
        return panel.words
    axis = panel.figure.axes[0]
    names = [name for name in (axis.get_ylabel(), axis.get_xlabel()) if name]
    last: dict[str, str] = {}
    for artist in axis.get_children():
        if _is_of_cell(artist):
            _, quoted, says = (artist.get_gid() or "").split(SEPARATOR, 2)
            row = unquote(quoted)
            if row in panel.featured and says not in ("", row):
                last[row] = says.rpartition(BETWEEN_POINTS)[2]
    sentences = [" against ".join(names), "; ".join(last.values())]
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def tag_curve(
    row: str,
    line: Artist,
    xs: Iterable[Any],
    ranges: Iterable[rnnbench.Range],
    what: str,
) -> None:
    """Note on a line what it says at each of its points: the value, its interval and n."""
    texts = []
    for x, shown in zip(xs, ranges, strict=True):
        texts.append(f"{row}, {what} {number(x)}: {with_n(shown)}")
    tag(row, line, BETWEEN_POINTS.join(texts))


def with_n(shown: rnnbench.Range | None, scale: float = 1.0, unit: str = "") -> str:
    """Return a figure with its interval, its unit, and the number of seeds or replicates."""
    if shown is None:
        return "-"
    figure = f"{spread(shown, scale)} {unit}".rstrip()
    return f"{figure}, n = {shown.n}"


def line_style(look: Look, *, featured: bool = True) -> dict[str, Any]:
    """Return how the line of a cell is drawn; cells behind have neither dash nor marker."""
    if not featured:
        return {"color": look.colour, "linewidth": 0.8, "zorder": 1.5}
    style: dict[str, Any] = {"color": look.colour, "linewidth": 1.5, "zorder": 2.5}
    if look.dash:
        style["dashes"] = look.dash
    return style
