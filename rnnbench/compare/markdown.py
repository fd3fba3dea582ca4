"""Renders a ruling as Markdown, for the summary of a run on a server: `ruling.md.j2`."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import jinja2

from rnnbench import text
from rnnbench.compare.records import Change, Comparison, Ruling
from rnnbench.compare.summary import blocks, counted

MOST_ROWS = 50
RENEW = "To keep it, renew the baseline; otherwise it may be lost again unnoticed."
VERDICTS = {
    "passed": "passed",
    "regression": "REGRESSION",
    "undecided": "undecided",
    "nothing to compare": "nothing to compare",
}


class Table(NamedTuple):
    """The changes of one kind: the first rows, and how many more there are."""

    heading: str
    advice: str
    rows: list[tuple[str, ...]]
    more: int


def markdown(ruling: Ruling, comparison: Comparison, command: str = "gate") -> str:
    """A page that begins with the ruling of this command."""
    renew = RENEW if ruling.verdict == "passed" else ""
    tables = [
        _table("Worse", ruling.worse),
        _table("Undecided", ruling.undecided),
        _table("Better", ruling.better, renew),
        _table("Left out", ruling.left_out),
        _table("New, not judged", ruling.new),
    ]
    return _template().render(
        command=command,
        verdict=VERDICTS[ruling.verdict],
        ruling=ruling,
        comparison=comparison,
        tables=[table for table in tables if table.rows],
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701 (`text.markdown` escapes what Markdown reads as HTML)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = text.markdown
    return environment.from_string((files(__package__) / "ruling.md.j2").read_text("utf-8"))


def _table(title: str, changes: Sequence[Change], advice: str = "") -> Table:
    rows = _rows(changes)
    more = max(0, len(rows) - MOST_ROWS)
    return Table(f"{title}: {counted(changes)}", advice, rows[:MOST_ROWS], more)


def _rows(changes: Sequence[Change]) -> list[tuple[str, ...]]:
    """The rows of a table: first changes with both values, then those that have only a reason."""
    with_values: list[tuple[str, ...]] = []
    without_values: list[tuple[str, ...]] = []
    for block in blocks(changes):
        for line in block.lines:
            values = (line.figure, line.kind, line.base, line.head, line.by)
            row = (block.heading, *values, block.reason, block.command)
            with_values.append(row)
        if not block.lines:
            row = (block.heading, block.what, "", "", "", "", block.reason, block.command)
            without_values.append(row)
    return with_values + without_values
