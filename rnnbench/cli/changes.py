"""Prints the changes between two runs."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rnnbench.cli.output import console, print_line
from rnnbench.compare import (
    OUTCOME,
    Block,
    Change,
    Comparison,
    Side,
    blocks,
    counted,
)

MOST_BLOCKS = 20


def print_sides(comparison: Comparison) -> None:
    """Print both runs, and the circumstances that differ."""
    out = console()
    for name, side in (("BASE", comparison.base), ("HEAD", comparison.head)):
        out.print(
            Text.assemble((name, "bold"), f"  {side.folder}: {_summary(side)}"), soft_wrap=True
        )
    if comparison.circumstances:
        out.print(Text("\nWhat differs around them", style="bold"))
        table = Table(box=None, pad_edge=False, show_header=False)
        for circumstance in comparison.circumstances:
            base = Text(circumstance.base)
            table.add_row(Text(circumstance.name), base, "→", Text(circumstance.head))
        print_indented(table)


def _summary(side: Side) -> str:
    if not side.results:
        return "no results"
    commits = f", commit {', '.join(side.commits)}" if side.commits else ""
    unreadable = f", {len(side.unreadable)} files that cannot be read" if side.unreadable else ""
    return f"{', '.join(side.suites)}, {side.results} results{commits}{unreadable}"


def print_changes(title: str, changes: Sequence[Change], style: str = "", advice: str = "") -> None:
    """Print a heading with the number of changes, then their blocks; nothing without changes."""
    if not changes:
        return
    console().print(Text(f"\n{title}: {counted(changes)}", style=f"bold {style}".strip()))
    if advice:
        print_indented(Text(advice))
    all_blocks = blocks(changes)
    for block in all_blocks[:MOST_BLOCKS]:
        print_indented(_block_heading(block))
        if block.lines:
            print_indented(_lines(block), 4)
        if block.command:
            print_indented(Text(f"again: {block.command}", style="dim"), 4)
    if len(all_blocks) > MOST_BLOCKS:
        print_indented(Text(f"and {len(all_blocks) - MOST_BLOCKS} more; --json has all"))


def _block_heading(block: Block) -> Text:
    """The trials of a block and its reason; without lines, also what changed."""
    title = block.heading
    if not block.lines and block.what != OUTCOME:
        title = f"{block.heading}: {block.what}"
    heading = Text(title)
    if block.reason:
        reason = f" ({block.reason})" if block.lines else f": {block.reason}"
        heading.append(reason, style="dim")
    return heading


def print_indented(what: RenderableType, by: int = 2) -> None:
    """Print something with every line indented by this many columns."""
    console().print(Padding(what, (0, 0, 0, by)))


def _lines(block: Block) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in block.lines:
        values = Text(f"{line.base} → {line.head}")
        table.add_row(Text(line.figure), Text(line.kind, style="dim"), values, Text(line.by))
    return table


def _number(value: float | None) -> str:
    """Format a number for programs; "" where there is none."""
    return "" if value is None else str(value)


def print_plainly(changes: Iterable[Change]) -> None:
    """Print a tab-separated line for each change, for programs: verdict, kind, trial, figure, both
    values to the last bit, reason, HEAD over BASE with both ends of its interval, and the command
    that measures it again."""
    for change in changes:
        figure = change.figure if change.epoch is None else f"{change.figure}, epoch {change.epoch}"
        columns = (
            change.verdict,
            change.kind,
            change.trial,
            figure,
            "" if change.base is None else str(change.base),
            "" if change.head is None else str(change.head),
            " ".join(change.reason.split()),
            *(_number(part) for part in (change.ratio, change.low, change.high)),
            change.command,
        )
        print_line("\t".join(columns))
