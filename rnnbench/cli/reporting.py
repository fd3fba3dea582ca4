"""`rnnbench report`, and the reports at the end of a run."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.text import Text

from rnnbench.catalogue import Catalogue
from rnnbench.cli.claims import print_claims
from rnnbench.cli.output import console, print_line
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings, find
from rnnbench.store import Store, kept_claims


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def report(folder: Path) -> None:
    """Make the reports of the run in FOLDER again from its results."""
    make_reports(open_run(folder), Catalogue.load())


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--format", "format_", required=True, help="A report of `rnnbench list reports`: pytest-benchmark.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to write to [default: FOLDER/export].")
def export(folder: Path, format_: str, output: Path | None) -> None:
    """Write what the run in FOLDER says in the FORMAT of another tool."""
    catalogue = Catalogue.load()
    report = catalogue.reports.find(format_, "export").item
    store = open_run(folder)
    findings = find(store.read(), kept_claims(store.folder))
    output = output or folder / "export"
    try:
        output.mkdir(parents=True, exist_ok=True)
        files = report.load()(findings, output)
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
    for file in files:
        print_line(str(file))


def open_run(folder: Path) -> Store:
    """The results of a run. Raises RnnbenchError where there is none."""
    if not (folder / "trials").is_dir():
        raise RnnbenchError(f"{folder}: there is no run here (no folder 'trials')")
    return Store(folder)


def make_reports(store: Store, catalogue: Catalogue) -> Findings:
    """Findings of what the store holds, rendered by every installed report; prints answers and files."""
    findings = find(store.read(), kept_claims(store.folder))
    for path, problem in store.unreadable.items():
        console(stderr=True).print(f"{path}: left out, cannot be read: {problem}", markup=False)
    folder = store.folder / "report"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "findings.json").write_bytes(msgspec.json.format(msgspec.json.encode(findings), indent=1))
        reports = [brought.item for brought in catalogue.reports.values() if not brought.item.on_request]
        files = [file for report in reports for file in report.load()(findings, folder)]
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
    print_answers(findings, files)
    for file in files:
        if file.suffix == ".html":
            console().print(f"Report: {file}", markup=False, soft_wrap=True)
    return findings


def print_answers(findings: Findings, files: Sequence[Path]) -> None:
    """Which cell, and how sure, a sentence each; of these files those that belong to a claim."""
    out = console()
    if findings.claims:
        print_claims(findings.claims, files)
        return
    for condition in findings.conditions:
        out.print(Text(condition.title, style="bold"))
        out.print(f"  {condition.answer}", markup=False)
        out.print(f"  {condition.sure}", markup=False)
    for far in findings.spans:
        out.print(Text(f"memory span, {far.title}", style="bold"))
        out.print(f"  {far.answer}", markup=False)
    if findings.across:
        out.print(Text("across tasks", style="bold"))
    for aspect in findings.across:
        out.print(f"  {aspect.name}: {aspect.answer}", markup=False)
    for cost in findings.costs:
        out.print(Text(f"cost, {cost.title}", style="bold"))
        out.print(f"  {cost.answer}", markup=False)
    for scaling in findings.scalings:
        out.print(Text(f"cost against length, {scaling.title}", style="bold"))
        out.print(f"  {scaling.answer}", markup=False)
