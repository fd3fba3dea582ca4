"""The reports of a run: at its end, and by `rnnbench report`."""

from pathlib import Path

from rnnbench import text
from rnnbench.catalogue import Catalogue
from rnnbench.cli.output import note, say
from rnnbench.cli.summary import print_answers
from rnnbench.cli.verbosity import Verbosity
from rnnbench.driver import (
    Rendered,
    make_reports as reports_of,
    read_run,
    record_look,
)
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings
from rnnbench.store import Store

OF_CLAIMS = "claims-forest"
"""How the names of files begin that are figures of claims."""


def make_reports(store: Store, catalogue: Catalogue, shown: Verbosity = Verbosity.USUAL) -> bool:
    """Print the answers of what the store holds, then have every installed report made of it, and
    print where the pages are. False where a report could not be made: it is named, and the others
    go on."""
    return show(look(store), store.folder, catalogue, shown)


def show(
    findings: Findings,
    folder: Path,
    catalogue: Catalogue,
    shown: Verbosity = Verbosity.USUAL,
    *,
    into: Path | None = None,
    answers: bool = True,
) -> bool:
    """Print the answers of findings, have the reports of the run in a folder made, and print where
    the pages are. False where a report could not be made.

    into:    where to write, by default `<folder>/report`.
    answers: whether answers and pages are printed, rather than problems alone.
    """
    if answers:
        print_answers(findings, shown)
    try:
        outcomes = reports_of(findings, folder, catalogue, into=into)
    except RnnbenchError as error:
        note(f"{error}; no report was made.")
        return False
    for outcome in outcomes:
        if answers or outcome.problem:
            _print_files(outcome)
    return not any(outcome.problem for outcome in outcomes)


def look(store: Store) -> Findings:
    """What the results say, about to be shown: that they were looked at is kept beside them first.
    Where it cannot be kept, a notice is printed, and the next look will not know of it. Raises
    RnnbenchError where there are no results.
    """
    findings = read_run(store).findings
    tell_unreadable(store)
    if problem := record_look(store.folder, findings):
        note(problem)
    return findings


def tell_unreadable(store: Store) -> None:
    """Print which results are left out, and why."""
    for path, problem in store.unreadable.items():
        note(text.sentence(f"{path}: left out, cannot be read: {problem}"))


def _print_files(outcome: Rendered) -> None:
    """The pages of a report and its figure of claims; where it could not be made, why."""
    if outcome.problem:
        note(outcome.sentence)
    for file in map(Path, outcome.files):
        if file.suffix == ".svg" and file.stem == OF_CLAIMS:
            say(f"Figure: {file}")
    for file in map(Path, outcome.files):
        if file.suffix == ".html":
            say(f"Report: {file}")
