"""`rnnbench compare`: what changed between two runs."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import get_args

import click
import msgspec
from rich.table import Table
from rich.text import Text

from rnnbench.cli.changes import print_changes, print_indented, print_plainly, print_sides, read_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, print_json, print_line
from rnnbench.compare import Change, Comparison, Verdict, compare, in_units
from rnnbench.driver import open_run

TOLD = (
    ("worse", "Worse", "red"),
    ("better", "Better", "green"),
    ("changed", "Changed, and neither way is better", "yellow"),
    ("missing", "Missing in HEAD", "yellow"),
    ("not comparable", "Not comparable here", ""),
    ("new", "New in HEAD", ""),
)
NOISE = (
    "Times, peaks and the like are never twice the same: one pair of runs does not tell a change"
    " from noise."
)


@click.command("compare")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("head", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: every figure, also what stayed the same."
)
def compare_(base: Path, head: Path, as_json: bool) -> None:
    """Show what changed from the run in BASE to the run in HEAD.

    Counts, and what training gave at a fixed seed, are compared to the last bit; times and the like
    stand beside each other with their ratio. Nothing is judged: that is `rnnbench gate`. Exits with
    5 where no figure is in both.
    """
    open_run(base), open_run(head)
    comparison = compare(read_run(base), read_run(head))
    if as_json:
        print_json(msgspec.to_builtins(comparison))
    elif console().is_terminal:
        _print(comparison)
    else:
        _print_plainly(comparison)
    if comparison.repeated:
        note = (
            f"note: {comparison.repeated} of {comparison.head.results} results of HEAD are results"
            " of BASE themselves."
        )
        console(stderr=True).print(note, markup=False, soft_wrap=True)
    if not any(change.verdict not in ("missing", "new") for change in comparison.changes):
        raise ended(ExitCode.NOTHING_RAN)


def _print_plainly(comparison: Comparison) -> None:
    """What differs around the runs, then every figure that is not the same."""
    for one in comparison.circumstances:
        print_line("\t".join(("around", one.name, one.base, one.head)))
    print_plainly(change for change in comparison.changes if change.verdict != "same")
    for line in _counts(comparison.changes):
        print_line(line)


def _print(comparison: Comparison) -> None:
    out = console()
    print_sides(comparison)
    for verdict, title, style in TOLD:
        print_changes(
            title, [change for change in comparison.changes if change.verdict == verdict], style
        )
    _print_noisy([change for change in comparison.changes if change.verdict == "not judged"])
    out.print()
    for line in _counts(comparison.changes):
        out.print(line, markup=False)


def _counts(changes: Sequence[Change]) -> list[str]:
    """A sentence for each kind that is judged: how many figures, and what became of them."""
    said = []
    for kind in ("outcome", "exact", "deterministic"):
        found = Counter(change.verdict for change in changes if change.kind == kind)
        if found:
            said.append(
                f"{kind}: "
                + ", ".join(f"{found[one]:,} {one}" for one in get_args(Verdict) if found[one])
            )
    return said


def _print_noisy(changes: Sequence[Change]) -> None:
    """Both values of each figure, and their ratio, trial by trial."""
    if not changes:
        return
    console().print(Text("\nNoisy, not judged", style="bold"))
    print_indented(Text(NOISE, style="dim"))
    for title, figures in groupby(changes, key=lambda change: change.title):
        print_indented(Text(title))
        table = Table(box=None, pad_edge=False, show_header=False)
        for change in figures:
            values = (in_units(value, change.unit) for value in (change.base, change.head))
            table.add_row(
                Text(f"{change.figure:<24}"), Text(f"{' → '.join(values):<22}"), _ratio(change)
            )
        print_indented(table, 4)


def _ratio(change: Change) -> str:
    base, head = change.base, change.head
    if not isinstance(base, int | float) or not isinstance(head, int | float) or base == 0:
        return ""
    return f"x {head / base:.2f}"
