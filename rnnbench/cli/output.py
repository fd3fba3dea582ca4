"""How commands print: rich tables for people, plain text when piped, JSON where a program reads."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def console(*, stderr: bool = False) -> Console:
    """A console; piped output is neither coloured nor broken at the width of a screen nobody
    sees."""
    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else 400
    return Console(stderr=stderr, width=wide, highlight=False, emoji=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a line of space behind it on a terminal; tab-separated lines without a heading
    when piped."""
    out = console()
    if not out.is_terminal:
        for row in rows:
            print_line("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table(header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)
    out.print()


def print_line(text: str) -> None:
    """One plain line."""
    sys.stdout.write(text + "\n")


def print_json(data: Any) -> None:
    """JSON on standard output."""
    sys.stdout.write(json.dumps(data, indent=2, default=str) + "\n")
