"""Output of commands: rich tables and wrapped text on a terminal, plain lines when piped, JSON on
request."""

import json
import sys
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.control import strip_control_codes
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 400
MORE = " …"
"""What ends a sentence of which not all fits."""
GAP = 2
"""Blanks between two columns of a table."""


def console(*, stderr: bool = False) -> Console:
    """A console; piped output has no colours, and none of its lines is broken."""
    stream = sys.stderr if stderr else sys.stdout
    piped = not stream.isatty()
    width = PIPED_WIDTH if piped else None
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, soft_wrap=piped)


def say(
    sentence: str,
    *,
    stderr: bool = False,
    indent: int = 0,
    hang: int | None = None,
    lead: int = 0,
    style: str = "",
    out: Console | None = None,
) -> None:
    """Print a sentence, on a terminal broken at blanks only, so that a path stays whole.

    indent: blanks before the first line; `hang` those before the others, by default as many.
    lead:   how many characters of the sentence have the style; 0 is all of them.
    out:    the console, where it is not a standard stream.
    """
    out = out or console(stderr=stderr)
    for number, line in enumerate(broken(sentence, out, indent, hang)):
        text = Text(line, style="" if lead else style)
        if lead and number == 0:
            text.stylize(style, indent, indent + lead)
        out.print(text, soft_wrap=True)


def note(sentence: str) -> None:
    """Print a sentence on standard error."""
    say(sentence, stderr=True)


def broken(sentence: str, out: Console, indent: int = 0, hang: int | None = None) -> list[str]:
    """The lines of a text as a console shows it; line ends in the text are kept."""
    first = " " * indent
    other = " " * (indent if hang is None else hang)
    if not out.is_terminal:
        return [f"{first}{line}" for line in sentence.splitlines() or [""]]
    lines = []
    for paragraph in sentence.splitlines() or [""]:
        lines += wrap(
            paragraph,
            out.width,
            initial_indent=first,
            subsequent_indent=other,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return lines


def cut(sentence: str, width: int) -> str:
    """The beginning of a sentence that fits, ended by `…` after a whole word."""
    if cell_len(sentence) <= width:
        return sentence
    kept = ""
    for place, character in enumerate(sentence):
        if cell_len(sentence[:place]) > width - len(MORE):
            break
        if character == " ":
            kept = sentence[:place].rstrip()
    return f"{kept or _fitting_characters(sentence, width - len(MORE))}{MORE}"


def _fitting_characters(word: str, width: int) -> str:
    kept = ""
    for character in word:
        if cell_len(kept + character) > width:
            break
        kept += character
    return kept


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, spare: str = "") -> None:
    """Print a table and an empty line; when piped, tab-separated lines without a heading.

    spare: the column that is left out where the terminal is too narrow for all of them.
    """
    if not console().is_terminal:
        for row in rows:
            print_columns_plainly(row)
        return
    if spare and fitting_widths([columns, *rows], console().width) is None:
        place = columns.index(spare)
        columns = [*columns[:place], *columns[place + 1 :]]
        rows = [[*row[:place], *row[place + 1 :]] for row in rows]
    print_columns([[Text(cell) for cell in row] for row in rows], columns)
    print_line("")


def print_columns_plainly(columns: Sequence[str]) -> None:
    """Print a tab-separated line for programs; no column has a tab, a line end or a control
    character."""
    print_line("\t".join(" ".join(strip_control_codes(column).split()) for column in columns))


def print_columns(
    rows: Sequence[Sequence[Text]],
    columns: Sequence[str] = (),
    *,
    indent: int = 0,
    style: str = "bold",
) -> None:
    """Print rows in columns that fit on the terminal without a broken word.

    Where that is impossible, each row is a paragraph, and there is no heading.
    """
    if not rows:
        return
    out = console()
    heading = columns or [""] * len(rows[0])
    texts = [heading, *([cell.plain for cell in row] for row in rows)]
    widths = fitting_widths(texts, out.width - indent)
    if widths is None:
        for row in rows:
            cells = [cell.plain for cell in row if cell.plain]
            say("  ".join(cells), indent=indent, hang=indent + 4)
        return
    table = Table(header_style=style, box=None, pad_edge=False, show_header=bool(columns))
    for column, width in zip(heading, widths, strict=True):
        table.add_column(column, width=width)
    for row in rows:
        table.add_row(*row)
    out.print(Padding(table, (0, 0, 0, indent)))


def fitting_widths(rows: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """The widths of columns that fit and break no word; the widest columns are narrowed first.

    None where no widths do that.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    least = [max(map(_longest_word, column)) for column in columns]
    room = width - GAP * (len(columns) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        candidates = [place for place, wide in enumerate(widths) if wide > least[place]]
        widths[max(candidates, key=widths.__getitem__)] -= 1
    return widths


def _longest_word(text: str) -> int:
    return max((cell_len(word) for word in text.split()), default=0)


def print_line(text: str) -> None:
    """Print one plain line."""
    sys.stdout.write(text + "\n")


def print_json(data: Any) -> None:
    """Print JSON on standard output."""
    sys.stdout.write(json.dumps(data, indent=2, default=str) + "\n")
