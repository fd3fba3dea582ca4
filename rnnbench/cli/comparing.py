"""`rnnbench compare`: shows what changed between two runs."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import get_args

import click
import msgspec
from rich.text import Text

from rnnbench.cli.changes import print_changes, print_plainly, print_sides
from rnnbench.cli.completion import complete_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, note, print_columns, print_json, print_line, say
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.compare import (
    JUDGED,
    Change,
    Comparison,
    Kind,
    Verdict,
    compare,
    in_units,
    read_run,
)
from rnnbench.driver import open_run

HEADINGS = (
    ("worse", "Worse", "red"),
    ("better", "Better", "green"),
    ("changed", "Changed", "yellow"),
    ("undecided", "Undecided", "yellow"),
    ("missing", "Missing in HEAD", "yellow"),
    ("not comparable", "Not comparable here", ""),
    ("new", "New in HEAD", ""),
)
NOISY: tuple[Kind, ...] = ("memory", "instructions", "time", "noisy")
"""Kinds of figures that are shown side by side, whatever became of them."""
NOISE = (
    "Times and peaks differ from run to run: one pair of runs cannot distinguish a change from"
    " noise."
)


@click.command("compare")
@click.argument("base", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.argument("head", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: every figure, also what stayed the same."
)
@verbosity("Print the counts alone.", "Print reasons and circumstances in full.")
def compare_(base: Path, head: Path, as_json: bool, shown: Verbosity) -> None:
    """Show what changed from the run in BASE to the run in HEAD.

    Counts, and figures of training at a fixed seed, are compared to the last bit; times and memory
    are shown side by side with their ratio. Nothing is judged: that is `rnnbench gate`. Exits with
    5 if no figure is in both.
    """
    open_run(base)
    open_run(head)
    comparison = compare(read_run(base), read_run(head))
    if as_json:
        print_json(msgspec.to_builtins(comparison))
    elif shown == Verbosity.QUIET:
        for line in _counts((*comparison.changes, *comparison.over_seeds)):
            say(line)
    elif console().is_terminal:
        _print(comparison, shown)
    else:
        _print_plainly(comparison)
    if comparison.repeated:
        note(
            f"note: {comparison.repeated} of {comparison.head.results} results of HEAD are results"
            " of BASE themselves."
        )
    if not any(change.verdict not in ("missing", "new") for change in comparison.changes):
        raise ended(ExitCode.NOTHING_RAN)


def _print_plainly(comparison: Comparison) -> None:
    """Print tab-separated lines: the circumstances and the figures that differ, then the counts."""
    for circumstance in comparison.circumstances:
        columns = ("around", circumstance.name, circumstance.base, circumstance.head)
        print_line("\t".join(columns))
    print_plainly(
        change
        for change in (*comparison.changes, *comparison.over_seeds)
        if change.verdict not in ("same", "too few seeds")
    )
    for line in _counts((*comparison.changes, *comparison.over_seeds)):
        say(line)


def _print(comparison: Comparison, shown: Verbosity) -> None:
    print_sides(comparison, shown)
    for verdict, title, style in HEADINGS:
        every = (*comparison.changes, *comparison.over_seeds)
        changes = [change for change in every if change.verdict == verdict]
        print_changes(title, changes, style, shown=shown)
    _print_noisy([change for change in comparison.changes if change.kind in NOISY])
    say("")
    for line in _counts((*comparison.changes, *comparison.over_seeds)):
        say(line)


def _counts(changes: Sequence[Change]) -> list[str]:
    """A line for each kind of figure that a gate judges: how many there are of each verdict."""
    lines = []
    for kind in ("outcome", *JUDGED):
        numbers = Counter(change.verdict for change in changes if change.kind == kind)
        if numbers:
            verdicts = [verdict for verdict in get_args(Verdict) if numbers[verdict]]
            counts = ", ".join(f"{numbers[verdict]:,} {verdict}" for verdict in verdicts)
            lines.append(f"{kind}: {counts}")
    return lines


def _print_noisy(changes: Sequence[Change]) -> None:
    """Print both values of each figure that differs from run to run, and their ratio."""
    if not changes:
        return
    say("")
    say("Side by side", style="bold")
    say(NOISE, indent=2, style="dim")
    for title, figures in groupby(changes, key=lambda change: change.title):
        say(title, indent=2)
        rows = []
        for change in figures:
            base = in_units(change.base, change.unit)
            head = in_units(change.head, change.unit)
            values = f"{base} → {head}"
            columns = (f"{change.figure:<24}", f"{values:<22}", _ratio(change))
            rows.append([Text(column) for column in columns])
        print_columns(rows, indent=4)


def _ratio(change: Change) -> str:
    base = change.base
    head = change.head
    if not isinstance(base, int | float) or not isinstance(head, int | float) or base == 0:
        return ""
    return f"x {head / base:.2f}"
