"""Prints and writes the ruling of a gate, in all its forms."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from rnnbench.cli.changes import print_changes, print_plainly, print_sides
from rnnbench.cli.exit_codes import ExitCode
from rnnbench.cli.output import console, print_json, print_line, say
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.compare import RENEW, Comparison, Ruling, blocks, junit, markdown
from rnnbench.errors import RnnbenchError

EXIT_CODES = {
    "passed": ExitCode.FINE,
    "regression": ExitCode.REGRESSION,
    "undecided": ExitCode.UNDECIDED,
    "nothing to compare": ExitCode.NOTHING_RAN,
}
STYLES = {"passed": "bold green", "regression": "bold red"}


class Forms(NamedTuple):
    """How a ruling is wanted. The names are those of the options."""

    warn_only: bool
    markdown_file: Path | None
    junit_file: Path | None
    as_json: bool
    shown: Verbosity = Verbosity.USUAL


def forms(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a ruling is wanted."""
    for option in (
        verbosity("Print the ruling alone.", "Print reasons and circumstances in full."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--junit",
            "junit_file",
            type=click.Path(path_type=Path),
            help="Write JUnit XML to this file.",
        ),
        click.option(
            "--markdown",
            "markdown_file",
            type=click.Path(path_type=Path),
            help="Write a summary to this file.",
        ),
        click.option(
            "--warn-only", is_flag=True, help="Say the ruling, and exit with 0 whatever it is."
        ),
    ):
        command = option(command)
    return command


def give(
    ruling: Ruling,
    comparison: Comparison,
    wanted: Forms,
    policy_of: Path | None = None,
    command: str = "gate",
) -> ExitCode:
    """Write and print the ruling of a command, and return the exit code that it gives.

    policy_of: the file where the policy is not the default.
    """
    for file, text in ((wanted.markdown_file, markdown), (wanted.junit_file, junit)):
        if file:
            _write(file, text(ruling, comparison, command))
    code = ExitCode.FINE if wanted.warn_only else EXIT_CODES[ruling.verdict]
    if wanted.as_json:
        fields = {"exit_code": int(code), "policy": str(policy_of or "")}
        print_json({**msgspec.to_builtins(ruling), **fields, **_sides(comparison)})
    elif wanted.shown == Verbosity.QUIET:
        say(f"{_headline(ruling, command)} {ruling.sentence}")
    elif console().is_terminal:
        _print(ruling, comparison, policy_of, command, wanted.shown)
    else:
        _print_plainly(ruling, comparison, policy_of, command)
    return code


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RnnbenchError(f"{file}: cannot be written: {error.strerror or error}") from error


def _sides(comparison: Comparison) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(comparison)
    return {name: fields[name] for name in ("base", "head", "circumstances", "notes")}


def _print(
    ruling: Ruling,
    comparison: Comparison,
    policy_of: Path | None,
    command: str,
    shown: Verbosity,
) -> None:
    print_sides(comparison, shown)
    if policy_of:
        say(f"Policy: {policy_of}")
    print_changes("Worse", ruling.worse, "red", shown=shown)
    print_changes("Undecided", ruling.undecided, "yellow", shown=shown)
    advice = RENEW if ruling.verdict == "passed" else ""
    print_changes("Better", ruling.better, "green", advice, shown=shown)
    print_changes("Left out", ruling.left_out, shown=shown)
    print_changes("New, not judged", ruling.new, shown=shown)
    for caveat in ruling.caveats:
        say(f"\n{caveat}.")
    for note in comparison.notes:
        say(f"\n{note}")
    headline = _headline(ruling, command)
    style = STYLES.get(ruling.verdict, "bold yellow")
    say("")
    say(f"{headline} {ruling.sentence}", lead=len(headline), style=style)


def _print_plainly(
    ruling: Ruling, comparison: Comparison, policy_of: Path | None, command: str
) -> None:
    """Print lines for programs: the policy, differing circumstances, changes, caveats, and last the
    ruling."""
    if policy_of:
        print_line(f"policy\t{policy_of}")
    for circumstance in comparison.circumstances:
        columns = ("around", circumstance.name, circumstance.base, circumstance.head)
        print_line("\t".join(columns))
    print_plainly((*ruling.worse, *ruling.undecided, *ruling.better, *ruling.new))
    for block in blocks(ruling.left_out):
        print_line(f"left out\t{block.what}\t{block.reason}")
    for caveat in ruling.caveats:
        print_line(f"undecided\t{caveat}")
    for note in comparison.notes:
        print_line(f"note\t{note}")
    print_line(f"{_headline(ruling, command)} {ruling.sentence}")


def _headline(ruling: Ruling, command: str) -> str:
    return f"{command}: {ruling.verdict}."
