"""One table for a paper, and what the ends of its figures are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import rnnbench

Entry = str | int | rnnbench.Range | None
"""The content of one cell of a table. A range is written with its ends; None is a dash."""
RANGE = "range"


@dataclass(frozen=True)
class PaperTable:
    """One table.

    name:    such as `scores`, for the name of a file and a label.
    groups:  the rows, in groups that a rule divides; the first entry of a group is written once.
    strong:  rows whose second entry is set in bold, by group and row.
    caption: a phrase without a full stop.
    note:    sentences below the table.
    """

    name: str
    caption: str
    heading: tuple[str, ...]
    groups: tuple[tuple[tuple[Entry, ...], ...], ...]
    note: str
    strong: frozenset[tuple[int, int]] = frozenset()


def brackets(table: PaperTable) -> str:
    """Return a sentence on what brackets hold; "" where the table has none."""
    kinds = sorted({figure.kind for figure in _ranges(table) if shows_ends(figure)})
    intervals = [kind for kind in kinds if kind != RANGE]
    if not kinds:
        return ""
    if not intervals:
        return "Brackets hold the range from the lowest value to the highest."
    sentence = f"Brackets hold intervals ({rnnbench.text.enumerated(intervals)})"
    if RANGE in kinds:
        return f"{sentence}; with a dagger, the range from the lowest value to the highest."
    return f"{sentence}."


def is_marked(figure: rnnbench.Range, table: PaperTable) -> bool:
    """Return whether the ends of a figure are a range in a table that has intervals too."""
    if figure.kind != RANGE or not shows_ends(figure):
        return False
    return any(other.kind != RANGE and shows_ends(other) for other in _ranges(table))


def shows_ends(figure: rnnbench.Range) -> bool:
    """Return whether a figure has ends to show, which read differently from its centre."""
    number = rnnbench.text.number
    return not number(figure.centre) == number(figure.low) == number(figure.high)


def has_words(table: PaperTable, place: int) -> bool:
    """Return whether a column has words, which are aligned to the left."""
    return any(isinstance(row[place], str) for row in _rows(table))


def _ranges(table: PaperTable) -> Iterator[rnnbench.Range]:
    for entry in chain.from_iterable(_rows(table)):
        if isinstance(entry, rnnbench.Range):
            yield entry


def _rows(table: PaperTable) -> Iterator[tuple[Entry, ...]]:
    for group in table.groups:
        yield from group
