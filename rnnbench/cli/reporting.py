"""`rnnbench report`, and the reports at the end of a run."""

from pathlib import Path

import click

from rnnbench.catalogue import Catalogue
from rnnbench.cli.completion import REPORTS, complete_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import note, print_line, say
from rnnbench.cli.summary import print_answers
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.driver import (
    Rendered,
    make_reports as reports_of,
    open_run,
    read_run,
    record_look,
    render,
)
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings
from rnnbench.store import Store

OF_CLAIMS = "claims-forest"
"""How the names of files begin that are figures of claims."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=complete_run)
@verbosity("Print only where the reports are.", "Print the sentences, intervals and caveats too.")
def report(folder: Path, shown: Verbosity) -> None:
    """Make the reports of the run in FOLDER again from its results. Exits with 1 where one could
    not be made."""
    store = open_run(folder)
    catalogue = Catalogue.present()
    if not make_reports(store, catalogue, shown):
        raise ended(ExitCode.FAILED)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.option(
    "--format",
    "format_",
    required=True,
    shell_complete=REPORTS,
    help="A report of `rnnbench list reports`, such as junit.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to [default: FOLDER/export].",
)
def export(folder: Path, format_: str, output: Path | None) -> None:
    """Write what the run in FOLDER says in the FORMAT of another tool. Exits with 1 where that
    could not be done."""
    contribution = Catalogue.present().reports.find(format_, "export")
    store = open_run(folder)
    findings = look(store)
    output = output or folder / "export"
    try:
        output.mkdir(parents=True, exist_ok=True)
        (outcome,) = render([contribution], findings, output)
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
    if outcome.problem:
        note(outcome.sentence)
        raise ended(ExitCode.FAILED)
    for file in outcome.files:
        print_line(file)


def make_reports(store: Store, catalogue: Catalogue, shown: Verbosity = Verbosity.USUAL) -> bool:
    """Print the answers of what the store holds, then have every installed report made of it, and
    print where the pages are. False where a report could not be made: it is named, and the others
    go on."""
    findings = look(store)
    print_answers(findings, shown)
    try:
        outcomes = reports_of(findings, store.folder, catalogue)
    except RnnbenchError as error:
        note(f"{error}; no report was made.")
        return False
    for outcome in outcomes:
        _print_files(outcome)
    return not any(outcome.problem for outcome in outcomes)


def look(store: Store) -> Findings:
    """What the results say, about to be shown: that they were looked at is kept beside them first.
    Where it cannot be kept, a notice is printed, and the next look will not know of it. Raises
    RnnbenchError where there are no results.
    """
    findings = read_run(store).findings
    _tell_unreadable(store)
    if problem := record_look(store.folder, findings):
        note(problem)
    return findings


def _tell_unreadable(store: Store) -> None:
    for path, problem in store.unreadable.items():
        note(f"{path}: left out, cannot be read: {problem}.")


def _print_files(outcome: Rendered) -> None:
    """The pages of a report and its figure of claims; where it could not be made, why."""
    if outcome.problem:
        note(outcome.sentence)
    for file in map(Path, outcome.files):
        if file.suffix == ".png" and file.stem == OF_CLAIMS:
            say(f"Figure: {file}")
    for file in map(Path, outcome.files):
        if file.suffix == ".html":
            say(f"Report: {file}")
