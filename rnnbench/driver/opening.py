"""Opening the folder of a run: its results, what they say, and that they were looked at."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from rnnbench.driver.tryouts import kept_tryout
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings, Tryout, find
from rnnbench.records import Claim, Looked, Outcome, Result
from rnnbench.store import Store, failed_checks, keep_look, kept_claims, kept_looks


@dataclass(frozen=True)
class RunContents:
    """All that findings are made from, as it lay in the folder of a run when it was read.

    unreadable: the files of results that are left out, with what is wrong with each.
    tryout:     what was found on a user's own file, if the run is one of such a file.
    """

    results: tuple[Result, ...]
    claims: tuple[Claim, ...]
    checks: tuple[Outcome, ...]
    looked: Looked
    unreadable: Mapping[Path, str]
    tryout: Tryout | None = None

    @cached_property
    def findings(self) -> Findings:
        """What it says, made once. Raises RnnbenchError where there are no results."""
        with _without_collector():
            found = find(self.results, self.claims, self.checks, self.looked)
        return replace(found, tryout=self.tryout)


def open_run(folder: Path) -> Store:
    """The results of a run. Raises RnnbenchError where there is none."""
    if not (folder / "trials").is_dir():
        raise RnnbenchError(f"{folder}: there is no run here (no folder 'trials')")
    return Store(folder)


def read_run(store: Store) -> RunContents:
    """What lies in the folder of a run. Nothing is written.

    Raises RnnbenchError where a later version wrote a result, or where claims, checks or looks
    cannot be read.
    """
    folder = store.folder
    claims = kept_claims(folder)
    checks = failed_checks(folder)
    looked = kept_looks(folder)
    tryout = kept_tryout(folder)
    with _without_collector():
        results = tuple(store.read())
    return RunContents(results, claims, checks, looked, dict(store.unreadable), tryout)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the search for cycles, of which results and findings have none.

    It would look at all of them again and again while they become more.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
