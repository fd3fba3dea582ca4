"""The export `markdown`: the tables of a paper as Markdown, in one file."""

from collections.abc import Iterator
from pathlib import Path

import rnnbench
from rnnbench_reports.paper_table import (
    Entry,
    PaperTable,
    brackets,
    has_words,
    is_marked,
    shows_ends,
)
from rnnbench_reports.paper_tables import paper_tables

FILE = "tables.md"


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `tables.md`; a table without rows is left out."""
    path = folder / FILE
    parts = ["\n".join(_markdown(table)) for table in paper_tables(findings)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return [path]


def entry_of(entry: Entry, table: PaperTable) -> str:
    """Return the text of a cell of the table, escaped."""
    if entry is None:
        return "-"
    if isinstance(entry, str):
        return rnnbench.text.markdown(entry)
    if isinstance(entry, int):
        return f"{entry:,}"
    number = rnnbench.text.number
    if not shows_ends(entry):
        return number(entry.centre)
    mark = "†" if is_marked(entry, table) else ""
    return f"{number(entry.centre)} [{number(entry.low)}, {number(entry.high)}]{mark}"


def _markdown(table: PaperTable) -> Iterator[str]:
    yield f"## {rnnbench.text.markdown(table.caption)}"
    yield ""
    yield f"| {' | '.join(map(rnnbench.text.markdown, table.heading))} |"
    yield f"|{'|'.join(_alignment(table))}|"
    for place, group in enumerate(table.groups):
        for position, row in enumerate(group):
            entries = [entry_of(entry, table) for entry in row]
            if (place, position) in table.strong:
                entries[1] = f"**{entries[1]}**"
            yield f"| {' | '.join(entries)} |"
    yield ""
    yield " ".join(filter(None, (table.note, brackets(table))))


def _alignment(table: PaperTable) -> Iterator[str]:
    """Yield the marks below the heading: words to the left, numbers to the right."""
    for place in range(len(table.heading)):
        yield "---" if has_words(table, place) else "---:"
