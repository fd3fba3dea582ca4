"""`rnnbench gate`: decides whether a run may pass, by comparing it with a baseline."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
import msgspec
from msgspec.structs import replace
from rich.text import Text

from rnnbench.catalogue import Catalogue
from rnnbench.cli.changes import print_changes, print_plainly, print_sides, read_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, print_json, print_line
from rnnbench.compare import (
    JUDGED,
    RENEW,
    Comparison,
    Kind,
    Ruling,
    Run,
    blocks,
    compare,
    junit,
    markdown,
    read_policy,
    rule,
)
from rnnbench.errors import RnnbenchError
from rnnbench.records import GatePolicy, OnChange

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
    help="Only figures of this kind; may be repeated [all].",
)
@click.option(
    "--on-change",
    type=click.Choice(get_args(OnChange)),
    help="What a last bit that differs makes of the ruling [undecided].",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    help="TOML file whose table [gate] says what is tolerated [that of the suite].",
)
@click.option(
    "--skip-incomparable",
    is_flag=True,
    help="Leave out what another machine, or other versions, cannot be held to.",
)
@click.option("--warn-only", is_flag=True, help="Say the ruling, and exit with 0 whatever it is.")
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
    on_change: OnChange | None,
    policy_file: Path | None,
    skip_incomparable: bool,
    warn_only: bool,
    markdown_file: Path | None,
    junit_file: Path | None,
    as_json: bool,
) -> None:
    """Say whether the run in HEAD may pass, compared with the one in BASE. Nothing is run.

    Counts are judged exactly, figures of training at a fixed seed to the last bit, bytes and
    instructions within a tolerance, ratios of times within one named session of one machine, and
    learning over seeds. Exits with 0 if nothing is worse, 3 if something is, 4 if that is undecided
    (no baseline, missing trials, another machine, other last bits), 5 if there is nothing to
    compare.
    """
    runs = (read_run(base), read_run(head))
    policy, policy_of = _policy(policy_file, runs[0], on_change)
    comparison = compare(*runs, policy)
    ruling = rule(comparison, kinds, policy=policy, skip_incomparable=skip_incomparable)
    for file, text in ((markdown_file, markdown), (junit_file, junit)):
        if file:
            _write(file, text(ruling, comparison))
    code = ExitCode.FINE if warn_only else EXIT_CODES[ruling.verdict]
    if as_json:
        fields = {"exit_code": int(code), "policy": str(policy_of or "")}
        print_json({**msgspec.to_builtins(ruling), **fields, **_sides(comparison)})
    elif console().is_terminal:
        _print(ruling, comparison, policy_of)
    else:
        _print_plainly(ruling, comparison, policy_of)
    raise ended(code)


def _policy(
    file: Path | None, base: Run, on_change: OnChange | None
) -> tuple[GatePolicy, Path | None]:
    """Return the policy of this file, or of the suite of BASE, with what was typed; and the file
    where its policy is not the default."""
    source = file or _suite_file(base)
    policy = read_policy(source, required=file is not None) if source else GatePolicy()
    policy_of = None if policy == GatePolicy() else source
    return replace(policy, on_change=on_change) if on_change else policy, policy_of


def _suite_file(base: Run) -> Path | None:
    """Return the file of the suite of BASE, where it is one that is installed."""
    suites = {result.trial.suite for result in base.results}
    installed = Catalogue.present().suites
    files = [installed[suite].item for suite in suites if suite in installed]
    return files[0] if len(files) == 1 else None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RnnbenchError(f"{file}: cannot be written: {error.strerror or error}") from error


def _sides(comparison: Comparison) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(comparison)
    return {name: fields[name] for name in ("base", "head", "circumstances")}


def _print(ruling: Ruling, comparison: Comparison, policy_of: Path | None) -> None:
    out = console()
    print_sides(comparison)
    if policy_of:
        out.print(Text(f"Policy: {policy_of}"), soft_wrap=True)
    print_changes("Worse", ruling.worse, "red")
    print_changes("Undecided", ruling.undecided, "yellow")
    print_changes("Better", ruling.better, "green", RENEW if ruling.verdict == "passed" else "")
    print_changes("Left out", ruling.left_out)
    print_changes("New, not judged", ruling.new)
    for caveat in ruling.caveats:
        out.print(Text(f"\n{caveat}."))
    out.print()
    style = STYLES.get(ruling.verdict, "bold yellow")
    out.print(Text.assemble((_headline(ruling), style), f" {ruling.sentence}"))


def _print_plainly(ruling: Ruling, comparison: Comparison, policy_of: Path | None) -> None:
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
    print_line(f"{_headline(ruling)} {ruling.sentence}")


def _headline(ruling: Ruling) -> str:
    return f"gate: {ruling.verdict}."
