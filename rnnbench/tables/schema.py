"""The schema of a table: its columns with type and meaning, and how columns that vary are named.

Format 1: the first format.

A column that is added keeps the format. One that is removed, renamed, or means something else
raises it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal

from msgspec import Struct

from rnnbench.records import Dial, Result
from rnnbench.tables.lines import Line

FORMAT = 1
Kind = Literal["string", "integer", "number", "boolean", "datetime"]
"""The type of a column, named as in Frictionless Data. A datetime is in UTC, by ISO 8601."""
KINDS: dict[type, Kind] = {str: "string", int: "integer", float: "number", bool: "boolean"}


class Column(Struct, frozen=True):
    """One column. `meaning` is one sentence for the documentation, in Markdown."""

    name: str
    kind: Kind
    meaning: str


class Table(Struct, frozen=True, kw_only=True):
    """One table, which has a row for each trial, epoch, or figure of cost.

    columns:  those that are always there, in their order.
    prefixes: meaning by prefix, of columns that vary with the suite, such as `dial_horizon`. They
              follow the others.
    lines:    returns the rows of one result.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    prefixes: Mapping[str, str]
    lines: Callable[[Result], Iterable[Line]]

    def rows(self, results: Sequence[Result]) -> list[Line]:
        """Return the rows of these results, in the order of the results."""
        return list(chain.from_iterable(map(self.lines, results)))

    def columns_of(self, lines: Sequence[Line]) -> tuple[Column, ...]:
        """Return the columns of these rows: those that are always there, then those that vary."""
        known = {column.name for column in self.columns}
        names = dict.fromkeys(name for name in chain.from_iterable(lines) if name not in known)
        return (*self.columns, *further_columns(names, lines, self.prefixes))


def further_columns(
    names: Iterable[str], lines: Sequence[Line], prefixes: Mapping[str, str]
) -> Iterator[Column]:
    """Yield a column for each of these names, with the type of the values that rows have in it.

    Values of several types are written as text.
    """
    for name in names:
        prefix = name.partition("_")[0]
        kind = _kind([line.get(name) for line in lines])
        yield Column(name, kind or "string", prefixes[f"{prefix}_*"])


def _kind(values: Iterable[Dial]) -> Kind | None:
    """Return the type of a column that holds these values; None where they are of several types."""
    found = {type(value) for value in values if value is not None}
    if len(found) == 1:
        return KINDS.get(found.pop())
    return "number" if found == {int, float} else None
