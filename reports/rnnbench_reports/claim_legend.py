"""The legend of a forest plot. matplotlib's own measures each of its texts several times, which
takes a tenth of the time of a report on claims."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from rnnbench_reports.claim_panels import COLOURS, LINES, SHADE, hatched, mark
from rnnbench_reports.claim_rows import LINE, ConditionLine

SMALL = 8
WORDS = {"holds": "the claim holds", "fails": "it fails", "open": "open"}
# Lengths in inches.
LEFT = 0.1
KEY = 0.22
"""Width of a mark, of a line or of a region."""
HEIGHT = 0.08
TO_WORDS = 0.32
LETTER = 0.062
BETWEEN = 0.45


class Entry(NamedTuple):
    """What is explained, how it looks, and whether that is a mark, a line or a region."""

    words: str
    look: dict[str, Any]
    form: str


def legend_entries(conditions: Sequence[ConditionLine]) -> list[Entry]:
    """Return marks, colours, and those kinds of lines that are drawn, with what they mean."""
    drawn = {line.judged.effect.kind for line in conditions if line.judged.effect}
    kinds = ["95 % interval", *(kind for kind in reversed(LINES) if kind in drawn)]
    return [
        *(Entry(words, mark(state), "mark") for state, words in WORDS.items()),
        Entry("where the claim says it lies", {"facecolor": SHADE, "linewidth": 0}, "region"),
        *_clearances(line.judged.clearance for line in conditions),
        *map(_line_of_kind, kinds),
    ]


def _clearances(factors: Iterable[float]) -> list[Entry]:
    """Return how near to a boundary a condition stays open."""
    return [
        Entry(f"open within {factor - 1:.0%} of the boundary", hatched(), "region")
        for factor in sorted(set(factors))
        if factor > 1
    ]


def _line_of_kind(kind: str) -> Entry:
    style = LINES.get(kind, "-")
    return Entry(kind, {"color": COLOURS["open"], "linewidth": 1.6, "linestyle": style}, "line")


def draw_legend(figure: Figure, entries: Sequence[Entry], columns: int) -> None:
    """Explain what is drawn at the top of a figure, column by column."""
    rows = ceil(len(entries) / columns)
    top = figure.get_figheight() - LINE
    left = LEFT
    for first in range(0, len(entries), rows):
        column = entries[first : first + rows]
        for place, entry in enumerate(column):
            _draw(figure, entry, left, top - LINE * place)
        left += TO_WORDS + LETTER * max(len(entry.words) for entry in column) + BETWEEN


def _draw(figure: Figure, entry: Entry, left: float, middle: float) -> None:
    inches: dict[str, Any] = {"transform": figure.dpi_scale_trans}
    if entry.form == "region":
        corner = (left, middle - HEIGHT / 2)
        figure.add_artist(Rectangle(corner, KEY, HEIGHT, **{**entry.look, **inches}))
    else:
        xs = [left + KEY / 2] if entry.form == "mark" else [left, left + KEY]
        figure.add_artist(Line2D(xs, [middle] * len(xs), **entry.look, **inches))
    figure.text(left + TO_WORDS, middle, entry.words, fontsize=SMALL, va="center", **inches)
