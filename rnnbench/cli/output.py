"""How commands print: rich tables for people, plain text when piped, JSON where a program reads."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def console(*, stderr: bool = False) -> Console:
    """A console; piped output is neither coloured nor broken at the width of a screen nobody sees."""
    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else 400
    return Console(stderr=stderr, width=wide, highlight=False, emoji=False)


@contextmanager
def plugins_print_elsewhere() -> Iterator[None]:
    """What plugins print while they are imported goes to standard error, by Python or by C: standard output is read by
    programs."""
    kept = -1
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        kept = os.dup(1)
        os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if kept >= 0:
            os.dup2(kept, 1)
            os.close(kept)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a line of space behind it on a terminal; tab-separated lines without a heading when piped."""
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


def first_line(text: str | None) -> str:
    """The first line of a docstring."""
    return (text or "").strip().split("\n")[0]
