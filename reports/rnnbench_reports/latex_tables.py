"""The export `latex`: a file for each table of a paper, by booktabs, ready for \\input."""

import re
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

RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
MOST_ROWS = 40
"""Rows of a table on one page; a longer one runs over pages."""
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "\u00d7": r"$\times$",
    "±": r"$\pm$",
    "µ": r"$\mu$",
    **{
        raised: f"$^{lowered}$"
        for raised, lowered in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)
    },
    **{character: rf"\{character}" for character in "{}$&#_%"},
}


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `table-scores.tex` and so on; a table without rows is not written."""
    written = []
    for table in paper_tables(findings):
        path = folder / f"table-{table.name}.tex"
        path.write_text(_latex(table), encoding="utf-8")
        written.append(path)
    return written


def escaped(text: str) -> str:
    """Return a text that LaTeX prints letter by letter; what cannot be printed becomes a space."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(printable.split())
    return "".join(SPECIAL.get(letter, letter) for letter in line)


def number(value: float) -> str:
    """Return a number in a formula: `$0.93$`, `$12{,}300$`, `$1.2 \\times 10^{-5}$`."""
    written = rnnbench.text.number(value).replace(",", "{,}")
    return f"${RAISED.sub(_power, written)}$".replace(rnnbench.text.TIMES, r" \times ")


def _power(raised: re.Match[str]) -> str:
    return f"^{{{raised[0].translate(LOWERED)}}}"


def _latex(table: PaperTable) -> str:
    rows = sum(map(len, table.groups))
    lines = _long(table) if rows > MOST_ROWS else _float(table)
    return "\n".join(lines) + "\n"


def _float(table: PaperTable) -> Iterator[str]:
    """Yield the lines of a table that floats."""
    yield r"% needs \usepackage{booktabs}"
    yield r"\begin{table}"
    yield r"\centering"
    yield from _caption(table, r"\par\medskip")
    yield r"\small"
    yield rf"\begin{{tabular}}{{{_columns(table)}}}"
    yield r"\toprule"
    yield _heading(table)
    yield r"\midrule"
    yield from _body(table)
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield rf"\par\smallskip\footnotesize {_note(table)}"
    yield r"\end{table}"


def _long(table: PaperTable) -> Iterator[str]:
    """Yield the lines of a table that runs over pages, with its heading on each of them."""
    yield r"% needs \usepackage{booktabs,longtable}"
    yield r"{\small"
    yield rf"\begin{{longtable}}{{{_columns(table)}}}"
    yield from _caption(table, r" \\")
    yield r"\toprule"
    yield _heading(table)
    yield r"\midrule"
    yield r"\endhead"
    yield r"\bottomrule"
    yield r"\endfoot"
    yield from _body(table)
    yield r"\end{longtable}}"
    yield rf"{{\noindent\footnotesize {_note(table)}\par}}"


def _caption(table: PaperTable, end: str) -> Iterator[str]:
    yield rf"\caption{{{escaped(table.caption)}.}}\label{{tab:{table.name}}}{end}"


def _columns(table: PaperTable) -> str:
    """Return the alignment: words to the left, numbers to the right."""
    aligned = []
    for place in range(len(table.heading)):
        aligned.append("l" if has_words(table, place) else "r")
    return "".join(aligned)


def _heading(table: PaperTable) -> str:
    return " & ".join(map(escaped, table.heading)) + r" \\"


def _body(table: PaperTable) -> Iterator[str]:
    for place, group in enumerate(table.groups):
        if place:
            yield r"\midrule"
        for position, row in enumerate(group):
            entries = [_entry(entry, table) for entry in row]
            if position:
                entries[0] = ""
            if (place, position) in table.strong:
                entries[1] = rf"\textbf{{{entries[1]}}}"
            yield " & ".join(entries) + r" \\"


def _entry(entry: Entry, table: PaperTable) -> str:
    if entry is None:
        return "--"
    if isinstance(entry, str):
        # A line that begins with a bracket would be an argument of the one before.
        return re.sub(r"^\[", "{[}", escaped(entry))
    if isinstance(entry, int):
        return f"${entry:,}$".replace(",", "{,}")
    if not shows_ends(entry):
        return number(entry.centre)
    mark = r"$^\dagger$" if is_marked(entry, table) else ""
    return f"{number(entry.centre)} [{number(entry.low)}, {number(entry.high)}]{mark}"


def _note(table: PaperTable) -> str:
    return escaped(" ".join(filter(None, (table.note, brackets(table)))))
