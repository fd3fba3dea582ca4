"""Changes between two runs, printed."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rnnbench.cli.output import console, print_line
from rnnbench.compare import OUTCOME, Block, Change, Comparison, Run, Side, blocks, counted
from rnnbench.errors import RnnbenchError
from rnnbench.store import Store

MOST_BLOCKS = 20


def read_run(folder: Path) -> Run:
    """The results in a folder, and what of it cannot be read; of a folder that is not there, none.
    Raises RnnbenchError for the folder of results inside of a run."""
    if folder.name == "trials" and not (folder / "trials").is_dir() and any(folder.glob("*.json")):
        raise RnnbenchError(
            f"{folder}: these are the results inside of a run; give its folder, {folder.parent}"
        )
    store = Store(folder)
    results = tuple(store.read())
    return Run(
        folder=str(folder),
        results=results,
        unreadable={str(path): problem for path, problem in store.unreadable.items()},
    )


def print_sides(comparison: Comparison) -> None:
    """Both runs, and what differs around them."""
    out = console()
    for name, side in (("BASE", comparison.base), ("HEAD", comparison.head)):
        out.print(Text.assemble((name, "bold"), f"  {side.folder}: {_what(side)}"), soft_wrap=True)
    if comparison.circumstances:
        out.print(Text("\nWhat differs around them", style="bold"))
        table = Table(box=None, pad_edge=False, show_header=False)
        for one in comparison.circumstances:
            table.add_row(Text(one.name), Text(one.base), "→", Text(one.head))
        print_indented(table)


def _what(side: Side) -> str:
    if not side.results:
        return "no results"
    commits = f", commit {', '.join(side.commits)}" if side.commits else ""
    unreadable = f", {len(side.unreadable)} files that cannot be read" if side.unreadable else ""
    return f"{', '.join(side.suites)}, {side.results} results{commits}{unreadable}"


def print_changes(title: str, changes: Sequence[Change], style: str = "", advice: str = "") -> None:
    """A heading with their number, then what belongs together; nothing where there are none."""
    if not changes:
        return
    out = console()
    out.print(Text(f"\n{title}: {counted(changes)}", style=f"bold {style}".strip()))
    if advice:
        print_indented(Text(advice))
    found = blocks(changes)
    for block in found[:MOST_BLOCKS]:
        heading = Text(
            block.heading
            if block.lines or block.what == OUTCOME
            else f"{block.heading}: {block.what}"
        )
        if block.reason:
            heading.append(
                f" ({block.reason})" if block.lines else f": {block.reason}", style="dim"
            )
        print_indented(heading)
        if block.lines:
            print_indented(_lines(block), 4)
    if len(found) > MOST_BLOCKS:
        print_indented(Text(f"and {len(found) - MOST_BLOCKS} more; --json has all"))


def print_indented(what: RenderableType, by: int = 2) -> None:
    """With every line set in by so many columns."""
    console().print(Padding(what, (0, 0, 0, by)))


def _lines(block: Block) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in block.lines:
        table.add_row(Text(line.figure), Text(f"{line.base} → {line.head}"), Text(line.by))
    return table


def print_plainly(changes: Iterable[Change]) -> None:
    """A line a change, for programs: verdict, kind, trial, figure, both values to the last bit,
    reason."""
    for change in changes:
        figure = change.figure if change.epoch is None else f"{change.figure}, epoch {change.epoch}"
        base, head = ("" if value is None else str(value) for value in (change.base, change.head))
        reason = " ".join(change.reason.split())
        print_line(
            "\t".join((change.verdict, change.kind, change.trial, figure, base, head, reason))
        )
