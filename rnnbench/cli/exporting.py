"""`rnnbench export`: what a run says, or several runs as one, or their results, in the format
of another tool."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from rnnbench.catalogue import Catalogue, Contribution
from rnnbench.cli.combining import different, look_at, results_of
from rnnbench.cli.completion import REPORTS, complete_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.exporting_models import OF_MODELS, export_model
from rnnbench.cli.output import note, print_line
from rnnbench.cli.reporting import tell_unreadable
from rnnbench.contracts import Renderer
from rnnbench.driver import open_run, read_run, render, with_descriptions
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.findings import Findings
from rnnbench.records import Result
from rnnbench.tables import TABLES, Table, write_csv, write_parquet

WriteTables = Callable[[Iterable[Table], Sequence[Result], Path], list[Path]]
NO_OUTPUT = "an export of several folders needs a folder to be written to: -o OUT"
OF_RESULTS: dict[str, WriteTables] = {"csv": write_csv, "parquet": write_parquet}
"""Formats of results, which no plugin makes; all others are of findings."""


@click.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    shell_complete=complete_run,
)
@click.option(
    "--format",
    "format_",
    required=True,
    shell_complete=REPORTS,
    help="A report of `rnnbench list reports`, such as junit; csv or parquet for the results;"
    " model or onnx for the best trained model.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to [default: FOLDER/export; needed for several folders].",
)
@click.option("-c", "--cell", "row", metavar="CELL", help="Write the best model of this cell.")
@click.option(
    "--trial", metavar="ID", help="The trial whose model is written [default: best on validation]."
)
def export(
    folders: tuple[Path, ...],
    format_: str,
    output: Path | None,
    row: str | None,
    trial: str | None,
) -> None:
    """Write what the run in FOLDER says in the FORMAT of another tool, or its best model; of
    several folders with runs of one suite, what they say as one. Exits with 1 where that could not
    be done."""
    if format_ in OF_MODELS:
        export_model(folders, format_, output, trial=trial, row=row)
        return
    if trial is not None or row is not None:
        option = "--cell" if trial is None else "--trial"
        raise RnnbenchError(f"{option} is for --format {' and '.join(OF_MODELS)}, not {format_}")
    contribution = None if format_ in OF_RESULTS else _report(format_)
    folders = different(folders)
    for folder in folders:
        open_run(folder)
    if len(folders) > 1 and output is None:
        raise RnnbenchError(NO_OUTPUT)
    output = output or folders[0] / "export"
    if contribution is None:
        _export_results(_results(folders), OF_RESULTS[format_], output)
    else:
        _export_findings(look_at(folders), contribution, output)


def _results(folders: Sequence[Path]) -> Sequence[Result]:
    """Return the results of one folder or of several. Raises RnnbenchError where there are none."""
    if len(folders) > 1:
        return results_of(folders)
    store = open_run(folders[0])
    contents = read_run(store)
    tell_unreadable(store)
    if not contents.results:
        raise RnnbenchError(f"{folders[0]}: there are no results to export")
    return contents.results


def _report(name: str) -> Contribution[Renderer]:
    """Return the report of this name. Raises UnknownName, with the formats of results among those
    that there are."""
    reports = Catalogue.present().reports
    if name not in reports:
        raise UnknownName(
            "report", name, [*reports, *OF_RESULTS, *OF_MODELS], "export", reports.hint
        )
    return reports[name]


def _export_results(results: Sequence[Result], write: WriteTables, output: Path) -> None:
    """Write the results as tables. That they are written is no look at verdicts."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        files = write(TABLES, results, output)
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
    for file in files:
        print_line(str(file))


def _export_findings(
    findings: Findings, contribution: Contribution[Renderer], output: Path
) -> None:
    findings = with_descriptions(findings, Catalogue.present())
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
