"""Outcomes of checks: all of a cell, kept on this machine by the source that was checked; failed
ones, beside a run."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.records import Outcome
from rnnbench.store.atomic import write_atomically
from rnnbench.store.beside import read_records

NAME = "checks.json"


def keep_outcomes(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Keep the outcomes of one cell in this file. Raises OSError where that cannot be done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, msgspec.json.format(msgspec.json.encode(outcomes), indent=1))


def kept_outcomes(path: Path) -> tuple[Outcome, ...] | None:
    """The outcomes in this file; None where there are none that can be read."""
    try:
        return read_records(path, Outcome)
    except RnnbenchError:
        return None


def keep_failed_checks(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Keep what failed with a run, `<folder>/checks.json`, in place of what was kept of the same
    subjects; nothing is written where nothing failed or ever had. Raises RnnbenchError where that
    cannot be done."""
    before = failed_checks(folder)
    subjects = {outcome.subject for outcome in outcomes}
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    kept = [outcome for outcome in before if outcome.subject not in subjects]
    if not before and not failed:
        return
    try:
        keep_outcomes(folder / NAME, [*kept, *failed])
    except OSError as error:
        raise RnnbenchError(
            f"{folder / NAME}: cannot be written: {error.strerror or error}"
        ) from error


def failed_checks(folder: Path) -> tuple[Outcome, ...]:
    """The failed checks of a run, none where it has none. Raises RnnbenchError where they cannot be
    read."""
    return read_records(folder / NAME, Outcome) or ()
