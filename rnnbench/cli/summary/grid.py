"""A grid of figures: conditions by cells, in several levels of detail."""

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from rnnbench.cli.summary.names import shortened

LEADS = "▲"
AHEAD = "△"
WORSE = "▼"
OPEN = "≈"
EQUAL = "="
CONTRADICTS = "!"
MARKS = {
    LEADS: "leads by a verdict",
    AHEAD: "first, not by a verdict over all others",
    WORSE: "worse by a verdict",
    OPEN: "not told apart from the first",
    EQUAL: "equivalent to the first",
    CONTRADICTS: "ahead in the typical seed, behind by the mean",
}
STYLES = {LEADS: "bold green", AHEAD: "bold", WORSE: "dim", CONTRADICTS: "yellow"}
ABSENT = "-"


class Level(NamedTuple):
    """What is shown of each figure at one level of detail.

    by:       heading of the column that names the figure of a row; "" without one.
    headings: one for each part of an entry.
    notes:    sentences that explain the figures.
    """

    by: str
    headings: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Entry(NamedTuple):
    """The figures of one cell under one condition.

    parts: for each level, as many as the level has headings.
    """

    mark: str
    parts: tuple[tuple[str, ...], ...]


class Row(NamedTuple):
    """A condition.

    by:    the name of its figure at each level.
    first: the cell that leads; "" where none does.
    """

    title: str
    by: tuple[str, ...]
    entries: Mapping[str, Entry]
    first: str = ""


class Grid(NamedTuple):
    """Conditions by cells.

    heading: what the rows are.
    levels:  the most detailed first.
    longest: characters of names that are shown in full; 0 is any number.
    """

    heading: str
    levels: tuple[Level, ...]
    rows: tuple[Row, ...]
    cells: tuple[str, ...]
    longest: int = 0

    @property
    def names(self) -> dict[str, str]:
        """The names of cells as they are shown."""
        return dict(zip(self.cells, shortened(self.cells, self.longest), strict=True))

    @property
    def titles(self) -> list[str]:
        """The titles of conditions as they are shown."""
        return shortened([row.title for row in self.rows], self.longest)


def marks_of(grid: Grid) -> list[str]:
    """The marks that a grid has, in the order in which they are explained."""
    entries = chain.from_iterable(row.entries.values() for row in grid.rows)
    used = {entry.mark for entry in entries}
    return [mark for mark in MARKS if mark in used]
