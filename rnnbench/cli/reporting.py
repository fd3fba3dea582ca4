"""The reports of a run: at its end, and by `rnnbench report`."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from rnnbench.catalogue import Catalogue
from rnnbench.cli.claims import print_claims
from rnnbench.cli.output import console
from rnnbench.driver import (
    Rendered,
    make_reports as reports_of,
    read_run,
    record_look,
)
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings, caveats_of
from rnnbench.store import Store

OF_CLAIMS = "claims-forest"
"""How the names of files begin that are figures of claims."""


def make_reports(store: Store, catalogue: Catalogue) -> bool:
    """Print the answers of what the store holds, then have every installed report made of it, and
    print where the pages are. False where a report could not be made: it is named, and the others
    go on."""
    return show(look(store), store.folder, catalogue)


def show(
    findings: Findings,
    folder: Path,
    catalogue: Catalogue,
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
        print_answers(findings)
    try:
        outcomes = reports_of(findings, folder, catalogue, into=into)
    except RnnbenchError as error:
        console(stderr=True).print(f"{error}; no report was made.", markup=False, soft_wrap=True)
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
        console(stderr=True).print(problem, markup=False, soft_wrap=True)
    return findings


def tell_unreadable(store: Store) -> None:
    """Print which results are left out, and why."""
    for path, problem in store.unreadable.items():
        console(stderr=True).print(
            f"{path}: left out, cannot be read: {problem}.", markup=False, soft_wrap=True
        )


def _print_files(outcome: Rendered) -> None:
    """The pages of a report and its figure of claims; where it could not be made, why."""
    if outcome.problem:
        console(stderr=True).print(outcome.sentence, markup=False, soft_wrap=True)
    for file in map(Path, outcome.files):
        if file.suffix == ".png" and file.stem == OF_CLAIMS:
            console().print(f"Figure: {file}", markup=False, soft_wrap=True)
    for file in map(Path, outcome.files):
        if file.suffix == ".html":
            console().print(f"Report: {file}", markup=False, soft_wrap=True)


def print_answers(findings: Findings) -> None:
    """Which cell, and how sure, a sentence each."""
    out = console()
    if findings.claims:
        print_claims(findings.claims)
        for caveat in findings.law_caveats:
            out.print(f"  {caveat.sentence}", markup=False, soft_wrap=True)
        return
    for condition in findings.conditions:
        out.print(Text(condition.title, style="bold"))
        out.print(f"  {condition.answer}", markup=False)
        out.print(f"  {condition.sure}", markup=False)
        _print_caveats(findings, [arm.row for arm in condition.arms])
    for finding in findings.spans:
        out.print(Text(f"memory span, {finding.title}", style="bold"))
        out.print(f"  {finding.answer}", markup=False)
        _print_caveats(findings, [span.row for span in finding.spans])
    if findings.across:
        out.print(Text("across tasks", style="bold"))
    for aspect in findings.across:
        out.print(f"  {aspect.name}: {aspect.answer}", markup=False)
    for cost in findings.costs:
        out.print(Text(f"cost, {cost.title}", style="bold"))
        out.print(f"  {cost.answer}", markup=False)
        _print_caveats(findings, [row.row for row in cost.rows])
    for scaling in findings.scalings:
        out.print(Text(f"cost against length, {scaling.title}", style="bold"))
        out.print(f"  {scaling.answer}", markup=False)
        _print_caveats(findings, [curve.row for curve in scaling.curves])


def _print_caveats(findings: Findings, rows: Sequence[str]) -> None:
    """The laws that cells in these rows fail, below what shows them."""
    for sentence in caveats_of(findings.law_caveats, rows):
        console().print(f"  {sentence}", markup=False, soft_wrap=True)
