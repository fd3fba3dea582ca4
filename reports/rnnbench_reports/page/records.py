"""The records of which the page is built: sections with answers, figures, tables and caveats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from markupsafe import Markup

Attributes = dict[str, str | None]


@dataclass(frozen=True)
class Value:
    """The content of one cell of a table.

    order: by what the column is sorted; None sorts it last.
    hint:  what a reader sees who points at it.
    kind:  the class of a pill, such as "better"; "" for plain text.
    links: short texts with the addresses to which they lead, folded.
    """

    text: str = ""
    order: float | None = None
    hint: str = ""
    kind: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def form(self) -> Literal["links", "pill", "text"]:
        """How the value is shown."""
        if self.links:
            return "links"
        return "pill" if self.kind else "text"

    @property
    def attributes(self) -> Attributes:
        """By what it is sorted, and what it says."""
        has_order = self.order is not None and isfinite(self.order)
        order = f"{self.order:.6g}" if has_order else None
        return {"data-order": order, "title": self.hint or None}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    kind:  numbers are aligned to the right; words may break over lines.
    stays: whether the column is shown although all its values are equal.
    """

    title: str
    kind: Literal["number", "text", "words"] = "number"
    hint: str = ""
    stays: bool = False

    @property
    def attributes(self) -> Attributes:
        """How its head is aligned, and what it says."""
        return {"class": self.kind, "title": self.hint or None}

    @property
    def of_values(self) -> Attributes:
        """How its values are aligned: as numbers, unless it says otherwise."""
        return {"class": None if self.kind == "number" else self.kind}


@dataclass(frozen=True)
class Row:
    """A row of a table: its values, the cell that it shows, its id, and the class of its look."""

    values: Sequence[Value]
    cell: str = ""
    id: str = ""
    kind: str = ""

    @property
    def attributes(self) -> Attributes:
        """The attributes of the row's element; those that are None are left out."""
        named = {"id": self.id or None, "data-cell": self.cell or None}
        return {**named, "class": self.kind or None}


@dataclass(frozen=True)
class Table:
    """A table with its title; the note says what is equal in all of its rows."""

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    note: str = ""


@dataclass(frozen=True)
class Plot:
    """A figure of the page: SVG panels with their titles."""

    id: str
    title: str
    caption: str
    panels: Sequence[tuple[str, Markup]]

    @property
    def extent(self) -> str:
        """Whether the figure has one panel or several."""
        return "one" if len(self.panels) == 1 else "several"


Plots = Mapping[tuple[str, str], Sequence[Plot]]
"""Figures by the kind of their section, and by their task; "" for no single task."""


@dataclass(frozen=True)
class Answer:
    """An answer: what it is about, the sentence, how sure it is, and the cell that is ahead.

    ways: words with the ids to which they may lead: its figure, its table, the row of its cell.
    """

    id: str
    title: str
    text: str
    sure: str = ""
    cell: str = ""
    verdict: str = ""
    kind: str = ""
    laws: Sequence[str] = ()
    ways: Sequence[tuple[str, str]] = ()

    @property
    def attributes(self) -> Attributes:
        """The attributes of the answer's element; those that are None are left out."""
        return {"class": "answer", "id": self.id, "data-cell": self.cell or None}


@dataclass(frozen=True)
class Fold:
    """A part of a section that a reader unfolds."""

    id: str
    title: str
    note: str = ""
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    is_open: bool = False

    @property
    def attributes(self) -> Attributes:
        """The attributes of the fold's element; those that are None are left out."""
        return {"class": "fold", "id": self.id, "open": "" if self.is_open else None}


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    id: str
    title: str
    note: str = ""
    answers: Sequence[Answer] = ()
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    folds: Sequence[Fold] = ()
    caveats: Sequence[str] = ()
