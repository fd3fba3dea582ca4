"""`rnnbench export`: what a run says, or its results, in the format of another tool."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from rnnbench.catalogue import Catalogue, Contribution
from rnnbench.cli.completion import REPORTS, complete_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import note, print_line
from rnnbench.cli.reporting import look, tell_unreadable
from rnnbench.contracts import Renderer
from rnnbench.driver import open_run, read_run, render, with_descriptions
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import Result
from rnnbench.store import Store
from rnnbench.tables import TABLES, Table, write_csv, write_parquet

WriteTables = Callable[[Iterable[Table], Sequence[Result], Path], list[Path]]
OF_RESULTS: dict[str, WriteTables] = {"csv": write_csv, "parquet": write_parquet}
"""Formats of results, which no plugin makes; all others are of findings."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.option(
    "--format",
    "format_",
    required=True,
    shell_complete=REPORTS,
    help="A report of `rnnbench list reports`, such as junit; csv or parquet for the results.",
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
    output = output or folder / "export"
    if format_ in OF_RESULTS:
        _export_results(open_run(folder), OF_RESULTS[format_], output)
        return
    contribution = _report(format_)
    _export_findings(open_run(folder), contribution, output)


def _report(name: str) -> Contribution[Renderer]:
    """Return the report of this name. Raises UnknownName, with the formats of results among those
    that there are."""
    reports = Catalogue.present().reports
    if name not in reports:
        raise UnknownName("report", name, [*reports, *OF_RESULTS], "export", reports.hint)
    return reports[name]


def _export_results(store: Store, write: WriteTables, output: Path) -> None:
    """Write the results as tables. That they are written is no look at verdicts."""
    contents = read_run(store)
    tell_unreadable(store)
    if not contents.results:
        raise RnnbenchError(f"{store.folder}: there are no results to export")
    try:
        output.mkdir(parents=True, exist_ok=True)
        files = write(TABLES, contents.results, output)
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
    for file in files:
        print_line(str(file))


def _export_findings(store: Store, contribution: Contribution[Renderer], output: Path) -> None:
    findings = with_descriptions(look(store), Catalogue.present())
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
