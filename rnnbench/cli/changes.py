"""Prints the changes between two runs."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from rnnbench import text
from rnnbench.cli.circumstances import in_short, rows_in_short
from rnnbench.cli.output import print_columns, print_line, say
from rnnbench.cli.verbosity import Verbosity
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


def print_sides(comparison: Comparison, shown: Verbosity = Verbosity.USUAL) -> None:
    """Print both runs, and the circumstances that differ, verbosely in full."""
    for name, side in (("BASE", comparison.base), ("HEAD", comparison.head)):
        line = f"{name}  {side.folder}: {_summary(side)}"
        say(line, hang=6, lead=len(name), style="bold")
    if comparison.circumstances:
        say("")
        say("What differs around them", style="bold")
        if shown == Verbosity.VERBOSE:
            for each in comparison.circumstances:
                say(f"{each.name}: {each.base} → {each.head}", indent=2, hang=4)
            return
        rows = rows_in_short(comparison.circumstances)
        print_columns([[Text(column) for column in row] for row in rows], indent=2)


def _summary(side: Side) -> str:
    if not side.results:
        return "no results"
    commits = f", commit {', '.join(side.commits)}" if side.commits else ""
    unreadable = ""
    if side.unreadable:
        unreadable = f", {text.counted(len(side.unreadable), 'file')} that cannot be read"
    results = text.counted(side.results, "result")
    return f"{', '.join(side.suites)}, {results}{commits}{unreadable}"


def print_changes(
    title: str,
    changes: Sequence[Change],
    style: str = "",
    advice: str = "",
    shown: Verbosity = Verbosity.USUAL,
) -> None:
    """Print a heading with the number of changes, then their blocks; nothing without changes.

    Reasons are shortened unless they are shown verbosely.
    """
    if not changes:
        return
    say("")
    say(f"{title}: {counted(changes)}", style=f"bold {style}".strip())
    if advice:
        say(advice, indent=2)
    all_blocks = blocks(changes)
    for block in all_blocks[:MOST_BLOCKS]:
        heading = _block_heading(block)
        if shown != Verbosity.VERBOSE:
            heading = in_short(heading)
        say(heading, indent=2, hang=4)
        print_columns(_lines(block), indent=4)
        if block.command:
            say(f"again: {block.command}", indent=4, hang=6, style="dim")
    if len(all_blocks) > MOST_BLOCKS:
        say(f"and {len(all_blocks) - MOST_BLOCKS} more; --json has all", indent=2)


def _block_heading(block: Block) -> str:
    """The trials of a block and its reason; without lines, also what changed."""
    title = block.heading
    if not block.lines and block.what != OUTCOME:
        title = f"{block.heading}: {block.what}"
    if not block.reason:
        return title
    return f"{title} ({block.reason})" if block.lines else f"{title}: {block.reason}"


def _lines(block: Block) -> list[list[Text]]:
    rows = []
    for line in block.lines:
        values = Text(f"{line.base} → {line.head}")
        rows.append([Text(line.figure), Text(line.kind, style="dim"), values, Text(line.by)])
    return rows


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
