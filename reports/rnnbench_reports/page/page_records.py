"""The records of the whole page: what it opens with, its sections, and what it ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnnbench_reports.page.records import Section

MOST_FLAT_TITLES = 6
"""Titles of more columns of a heat map stand upright."""


@dataclass(frozen=True)
class Tile:
    """A verdict at a glance, and the section to which it leads."""

    href: str
    title: str
    verdict: str
    kind: str
    cell: str = ""


@dataclass(frozen=True)
class Square:
    """A square of the heat map: its text, its shade from 0 (worst) to 9 (best), and its row."""

    text: str
    shade: int | None
    href: str
    hint: str


@dataclass(frozen=True)
class HeatMap:
    """Cells by conditions; the columns lead to their sections."""

    id: str
    title: str
    note: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[Square]]]

    @property
    def extent(self) -> str:
        """Whether the titles of the columns stand upright."""
        return "few" if len(self.columns) <= MOST_FLAT_TITLES else "many"


@dataclass(frozen=True)
class CaveatGroup:
    """Caveats of one kind: the first one, and those like it."""

    first: str
    others: Sequence[str] = ()


@dataclass(frozen=True)
class FailedTrial:
    """A trial without figures, with all that explains it."""

    id: str
    trial: str
    href: str
    status: str
    reason: str
    traceback: str
    output: str
    command: str


@dataclass(frozen=True)
class Page:
    """All that the page shows.

    contents: the parts of the page by their id.
    tiles:    those that stand open; the others are folded below their title.
    """

    title: str
    contents: Mapping[str, str]
    headline: str
    lead: Sequence[str]
    tiles: Sequence[Tile]
    folded_tiles: Mapping[str, Sequence[Tile]]
    heat: Sequence[HeatMap]
    caveats: Sequence[CaveatGroup]
    sections: Sequence[Section]
    failed: Sequence[FailedTrial]
    command: str
    provenance: Sequence[tuple[str, str]]
    cells: Sequence[tuple[str, str, str]]
    words: Sequence[tuple[str, str]]
