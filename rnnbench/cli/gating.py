"""`rnnbench gate`: whether a run may pass, by another one."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.text import Text

from rnnbench.cli.changes import print_changes, print_plainly, print_sides, read_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, print_json, print_line
from rnnbench.compare import (
    JUDGED,
    RENEW,
    Comparison,
    Kind,
    Ruling,
    blocks,
    compare,
    junit,
    markdown,
    rule,
)
from rnnbench.errors import RnnbenchError

EXIT_CODES = {
    "passed": ExitCode.FINE,
    "regression": ExitCode.REGRESSION,
    "undecided": ExitCode.UNDECIDED,
    "nothing to compare": ExitCode.NOTHING_RAN,
}
STYLES = {"passed": "bold green", "regression": "bold red"}


@click.command()
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("head", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(JUDGED),
    help="Only figures of this kind [both].",
)
@click.option(
    "--skip-incomparable",
    is_flag=True,
    help="Leave out what another machine, or other versions, cannot be held to.",
)
@click.option(
    "--markdown",
    "markdown_file",
    type=click.Path(path_type=Path),
    help="Write a summary to this file.",
)
@click.option(
    "--junit", "junit_file", type=click.Path(path_type=Path), help="Write JUnit XML to this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gate(
    base: Path,
    head: Path,
    kinds: Sequence[Kind],
    skip_incomparable: bool,
    markdown_file: Path | None,
    junit_file: Path | None,
    as_json: bool,
) -> None:
    """Say whether the run in HEAD may pass, held against the one in BASE.

    Judged are counts (parameters, bytes, operations), and what training gave at a fixed seed, to
    the last bit, where machine and versions are the same. Times are not judged. Exits with 0 where
    nothing is worse, 3 where something is, 4 where that is undecided (no baseline, trials that are
    missing, another machine), 5 where there is nothing to compare.
    """
    comparison = compare(read_run(base), read_run(head))
    ruling = rule(comparison, kinds or JUDGED, skip_incomparable=skip_incomparable)
    for file, text in ((markdown_file, markdown), (junit_file, junit)):
        if file:
            _write(file, text(ruling, comparison))
    code = EXIT_CODES[ruling.standing]
    if as_json:
        print_json({**msgspec.to_builtins(ruling), "exit_code": int(code), **_sides(comparison)})
    elif console().is_terminal:
        _print(ruling, comparison)
    else:
        _print_plainly(ruling, comparison)
    raise ended(code)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RnnbenchError(f"{file}: cannot be written: {error.strerror or error}") from error


def _sides(comparison: Comparison) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(comparison)
    return {name: told[name] for name in ("base", "head", "circumstances")}


def _print(ruling: Ruling, comparison: Comparison) -> None:
    out = console()
    print_sides(comparison)
    print_changes("Worse", ruling.worse, "red")
    print_changes("Undecided", ruling.undecided, "yellow")
    print_changes("Better", ruling.better, "green", RENEW if ruling.standing == "passed" else "")
    print_changes("Left out, as they cannot be compared here", ruling.left_out)
    print_changes("New, not judged", ruling.new)
    for caveat in ruling.caveats:
        out.print(Text(f"\n{caveat}."))
    out.print()
    out.print(
        Text.assemble(
            (_headline(ruling), STYLES.get(ruling.standing, "bold yellow")), f" {ruling.sentence}"
        )
    )


def _print_plainly(ruling: Ruling, comparison: Comparison) -> None:
    """A line for what differs around the runs, for each change that is told, and the ruling in the
    last one."""
    for one in comparison.circumstances:
        print_line("\t".join(("around", one.name, one.base, one.head)))
    print_plainly((*ruling.worse, *ruling.undecided, *ruling.better, *ruling.new))
    for block in blocks(ruling.left_out):
        print_line(f"left out\t{block.what}\t{block.reason}")
    for caveat in ruling.caveats:
        print_line(f"undecided\t{caveat}")
    print_line(f"{_headline(ruling)} {ruling.sentence}")


def _headline(ruling: Ruling) -> str:
    return f"gate: {ruling.standing}."
