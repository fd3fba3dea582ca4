"""Opening the folder of a run: its results, what they say, and that they were looked at."""

from collections.abc import Iterable
from pathlib import Path

from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings, find
from rnnbench.records import Result
from rnnbench.store import Store, failed_checks, keep_look, kept_claims, kept_looks


def open_run(folder: Path) -> Store:
    """The results of a run. Raises RnnbenchError where there is none."""
    if not (folder / "trials").is_dir():
        raise RnnbenchError(f"{folder}: there is no run here (no folder 'trials')")
    return Store(folder)


def findings_of(folder: Path, results: Iterable[Result]) -> Findings:
    """What the results of a run say, with the claims, failed checks and looks that lie beside them.
    Nothing is written.

    Raises RnnbenchError where there are no results, or what lies beside them cannot be read.
    """
    return find(results, kept_claims(folder), failed_checks(folder), kept_looks(folder))


def record_look(folder: Path, findings: Findings) -> str:
    """Keep beside the results that these findings are about to be shown; where that fails, a
    sentence that says so."""
    looks = [condition.look for condition in findings.conditions if condition.look]
    try:
        keep_look(folder, looks)
    except RnnbenchError as error:
        lost = "this look at the verdicts is not recorded, and the next one will not allow for it"
        return f"{error}; {lost}."
    return ""
