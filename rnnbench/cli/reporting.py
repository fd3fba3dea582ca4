"""`rnnbench report`, and the reports at the end of a run."""

from pathlib import Path

import click
import msgspec
from rich.text import Text

from rnnbench.catalogue import Catalogue
from rnnbench.cli.output import console
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings, find
from rnnbench.store import Store


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def report(folder: Path) -> None:
    """Make the reports of the run in FOLDER again from its results."""
    if not (folder / "trials").is_dir():
        raise RnnbenchError(f"{folder}: there is no run here (no folder 'trials')")
    make_reports(Store(folder), Catalogue.load())


def make_reports(store: Store, catalogue: Catalogue) -> Findings:
    """Findings of what the store holds, rendered by every installed report; prints answers and files."""
    findings = find(store.read())
    for path, problem in store.unreadable.items():
        console(stderr=True).print(f"{path}: left out, cannot be read: {problem}", markup=False)
    folder = store.folder / "report"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "findings.json").write_bytes(msgspec.json.format(msgspec.json.encode(findings), indent=1))
        files = [file for brought in catalogue.reports.values() for file in brought.item.load()(findings, folder)]
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
    print_answers(findings)
    for file in files:
        if file.suffix == ".html":
            console().print(f"Report: {file}", markup=False, soft_wrap=True)
    return findings


def print_answers(findings: Findings) -> None:
    """Which cell, and how sure, a sentence each."""
    out = console()
    for condition in findings.conditions:
        out.print(Text(condition.title, style="bold"))
        out.print(f"  {condition.answer}", markup=False)
        out.print(f"  {condition.sure}", markup=False)
    for cost in findings.costs:
        out.print(Text(f"cost, {cost.title}", style="bold"))
        out.print(f"  {cost.answer}", markup=False)
