"""Reads what a page of runs shows of each run: a few fields of its results, and its report."""

from collections import Counter
from pathlib import Path
from shlex import quote

import msgspec
from msgspec import Struct

from rnnbench import text
from rnnbench.errors import RnnbenchError
from rnnbench.store import UNREADABLE

PAGE = "index.html"
FINDINGS = "findings.json"
NO_REPORT = "No report yet; rnnbench report {} makes it."
OLD_REPORT = "The report is older than headlines are; rnnbench report {} makes it again."


class Report(Struct, frozen=True):
    """The fields of `findings.json` that are shown."""

    suite_version: int
    counts: dict[str, int]
    headline: str = ""


class _Cell(Struct, frozen=True):
    """A cell as tables call it."""

    name: str
    label: str = ""

    @property
    def row(self) -> str:
        return self.label or self.name


class _Trial(Struct, frozen=True):
    """The suite of a trial, and its cell or cells."""

    suite: str
    suite_version: int
    cell: _Cell | None = None
    cells: tuple[_Cell, ...] = ()


class _Result(Struct, frozen=True):
    """The fields of a result that are shown."""

    trial: _Trial
    status: str
    started: str


class RunSummary(Struct, frozen=True, kw_only=True):
    """One run of the page.

    version:    of the suite, the newest that has results.
    started:    when the first trial of that version started, in UTC by ISO 8601.
    finished:   when its last one started.
    statuses:   number of its trials by status.
    older:      number of results of older versions.
    unreadable: number of files that are no result.
    headline:   what its report says, in a sentence; why nothing, where there is no report.
    page:       its report; None where there is none.
    note:       a sentence where results came after the report; else "".
    """

    folder: Path
    suite: str
    version: int
    started: str
    finished: str
    statuses: dict[str, int]
    cells: tuple[str, ...]
    headline: str
    page: Path | None
    older: int = 0
    unreadable: int = 0
    note: str = ""


def read_runs(folder: Path) -> tuple[list[RunSummary], list[str]]:
    """Return the runs that lie in a folder, the newest first, and sentences on what else does.

    Raises RnnbenchError where there is no run in it.
    """
    try:
        inner = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be read: {error.strerror or error}") from error
    runs = []
    skipped = []
    for path in inner:
        if not path.is_dir():
            continue
        if not (path / "trials").is_dir():
            skipped.append(f"{path}: left out, since it is no run (no folder 'trials').")
            continue
        run = _read_run(path)
        if run is None:
            skipped.append(f"{path}: left out, since it holds no result that can be read.")
        else:
            runs.append(run)
    if not runs:
        raise RnnbenchError(f"{folder}: there is no run here (no folder 'trials')")
    return sorted(runs, key=lambda run: (run.finished, str(run.folder)), reverse=True), skipped


def _read_run(folder: Path) -> RunSummary | None:
    """Return the summary of a run; None where no result can be read."""
    results = []
    unreadable = 0
    for path in sorted((folder / "trials").glob("*.json")):
        try:
            results.append(msgspec.json.decode(path.read_bytes(), type=_Result))
        except UNREADABLE:
            unreadable += 1
    if not results:
        return None
    version = max(result.trial.suite_version for result in results)
    current = [result for result in results if result.trial.suite_version == version]
    started = [result.started for result in current]
    report = _read_report(folder / "report" / FINDINGS)
    page = folder / "report" / PAGE
    return RunSummary(
        folder=folder,
        suite=current[0].trial.suite,
        version=version,
        started=min(started),
        finished=max(started),
        statuses=dict(Counter(result.status for result in current).most_common()),
        cells=tuple(sorted(_rows(current))),
        headline=_headline(report, folder),
        page=page if page.is_file() else None,
        older=len(results) - len(current),
        unreadable=unreadable,
        note=_note(report, version, len(current)),
    )


def _headline(report: Report | None, folder: Path) -> str:
    if report is None:
        return NO_REPORT.format(quote(str(folder)))
    return report.headline or OLD_REPORT.format(quote(str(folder)))


def _rows(results: list[_Result]) -> set[str]:
    rows: set[str] = set()
    for result in results:
        cells = (result.trial.cell,) if result.trial.cell else result.trial.cells
        rows.update(cell.row for cell in cells)
    return rows


def _read_report(path: Path) -> Report | None:
    """Return what a report says; None where there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except UNREADABLE:
        return None


def _note(report: Report | None, version: int, results: int) -> str:
    """Return a sentence where a report is not of all these results."""
    if report is None:
        return ""
    reported = sum(report.counts.values())
    if report.suite_version == version and reported == results:
        return ""
    return f"The report is of {text.counted(reported, 'trial')} of version {report.suite_version}."
