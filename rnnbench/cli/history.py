"""`rnnbench history`: the figures of runs by commit, and the commits at which they moved."""

from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click
import msgspec

from rnnbench import text
from rnnbench.cli.completion import complete_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.history_bisect import bisect_
from rnnbench.cli.history_options import CHECKOUT, FILE, selecting
from rnnbench.cli.history_tables import print_feed
from rnnbench.cli.output import note, print_json, print_line, say
from rnnbench.compare import read_run
from rnnbench.errors import RnnbenchError
from rnnbench.history import (
    Added,
    Checkout,
    History,
    Selection,
    add,
    feed,
    merge,
    named_commit,
    refuse_unless_history,
    summaries,
    values_of_run,
)

PLOT = "rnnbench.history.plotting:plot"
"""Imported only where something is drawn: matplotlib takes a second to load."""
NOTHING = "{}: holds no results that a history can take"


@click.group()
def history() -> None:
    """Keep the figures of runs by commit, and say at which commit they moved."""


history.add_command(bisect_)


@history.command("add")
@click.argument(
    "runs",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    shell_complete=complete_run,
)
@click.option("--commit", default="", metavar="REF", help="The commit of all results.")
@CHECKOUT
@FILE
def add_(runs: Sequence[Path], commit: str, checkout: Path, file: Path) -> None:
    """Add the results in the folders RUNS, each under the commit that it records.

    What is added twice changes nothing. A later result of the same trial and commit takes the place
    of the earlier one. Exits with 1 where some runs, or some results, could not be added, and the
    others were.
    """
    git = Checkout(checkout)
    name = named_commit(commit, git) if commit else ""
    problems = []
    unreadable = 0
    for folder in runs:
        try:
            unreadable += _add_run(folder, git, name, file)
        except RnnbenchError as error:
            problems.append(error)
    last = problems.pop() if len(problems) == len(runs) else None
    for problem in problems:
        note(text.sentence(f"rnnbench: {problem}"))
    if last is not None:
        raise last
    _summarise(file)
    if problems or unreadable:
        raise ended(ExitCode.FAILED)


def _add_run(folder: Path, git: Checkout, commit: str, file: Path) -> int:
    """Add the results in a folder, and return how many of them cannot be read."""
    run = read_run(folder)
    values = values_of_run(run.results, git, commit)
    for sentence in values.left_out:
        note(text.sentence(f"{folder}: {sentence}"))
    for path, problem in run.unreadable.items():
        note(text.sentence(f"{path} cannot be read: {problem}"))
    if not values.measured:
        raise RnnbenchError(NOTHING.format(folder))
    with History(file, new=True) as opened:
        added = add(opened, values.measured, values.commits)
    commits = text.listed([one.hash for one in values.commits], 3)
    say(f"{folder}: {text.counted(values.results, 'result')} of {commits}: {_told(added)}")
    return len(run.unreadable)


@history.command("merge")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@FILE
def merge_(files: Sequence[Path], file: Path) -> None:
    """Add all that is in the histories FILES, as of several runners; these are not changed."""
    for other in files:
        refuse_unless_history(other)
    for other in files:
        with History(file, new=True) as opened:
            added = merge(opened, other)
        say(f"{other}: {_told(added)}")
    _summarise(file)


@history.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@selecting
def show(file: Path, checkout: Path, as_json: bool, **selection: Any) -> None:
    """Show the steps of figures, newest first, and the newest value of each figure."""
    with History(file) as opened:
        found = feed(opened, _selection(selection), Checkout(checkout))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        print_feed(found)


@history.command("plot")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("history"),
    show_default=True,
    help="The folder that gets index.html and the PNG files.",
)
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Draw so many commits, the newest ones.",
)
@selecting
def plot_(file: Path, checkout: Path, output: Path, last: int, **selection: Any) -> None:
    """Draw each figure over the commits, as one page and as PNG files.

    Figures of single trainings, of which there is one a seed, are drawn with --figure or --all.
    """
    with History(file) as opened:
        chosen = _selection(selection)
        found = feed(opened, chosen, Checkout(checkout))
        asked = chosen.everything or bool(chosen.figures)
        written = resolve_name(PLOT)(opened, found, output, last, of_trainings=asked)
    for path in written:
        print_line(str(path))


def _selection(options: dict[str, Any]) -> Selection:
    return Selection(**options)


def _summarise(file: Path) -> None:
    """Find the steps now, so that to show them takes no time."""
    with History(file) as opened:
        summaries(opened)


def _told(added: Added) -> str:
    counts = [f"{text.counted(added.new, 'value')} new", f"{added.unchanged:,} were there"]
    if added.renewed:
        counts.append(f"{added.renewed:,} renewed")
    if added.removed:
        counts.append(f"{added.removed:,} removed, of renewed results without them")
    return ", ".join(counts)
