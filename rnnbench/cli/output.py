"""Output of commands: rich tables on a terminal, plain text when piped, JSON on request."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 400


def console(*, stderr: bool = False) -> Console:
    """A console; piped output has no colours, and lines of up to `PIPED_WIDTH` characters."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table and an empty line; when piped, tab-separated lines without a heading."""
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
    """Print one plain line."""
    sys.stdout.write(text + "\n")


def print_json(data: Any) -> None:
    """Print JSON on standard output."""
    sys.stdout.write(json.dumps(data, indent=2, default=str) + "\n")
