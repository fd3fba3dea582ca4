"""What one folder says, or several folders as one, about to be shown."""

from collections.abc import Sequence
from pathlib import Path

from rnnbench import text
from rnnbench.cli.output import note
from rnnbench.cli.reporting import look, tell_unreadable
from rnnbench.combine import Combined, combine, read_part
from rnnbench.driver import open_run
from rnnbench.findings import Findings
from rnnbench.records import Result


def different(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the folders in their order, each once, however it is spelt."""
    by_place: dict[Path, Path] = {}
    for folder in folders:
        by_place.setdefault(folder.resolve(), folder)
    return tuple(by_place.values())


def look_at(folders: Sequence[Path], *, notes: bool = True) -> Findings:
    """Return the findings of a run, or of several folders with runs of one suite.

    That verdicts were looked at is recorded in each folder.

    notes: whether it is printed what is combined, and what is not pooled.
    Raises RnnbenchError where a folder holds no run, or where folders are of several suites.
    """
    if len(folders) == 1:
        return look(open_run(folders[0]))
    combined = _combined(folders)
    for problem in combined.record_look():
        note(problem)
    if notes:
        _tell(combined)
    return combined.findings


def results_of(folders: Sequence[Path]) -> Sequence[Result]:
    """Return the results of several folders as they are combined; this is no look at verdicts."""
    combined = _combined(folders)
    _tell(combined)
    return combined.results


def _combined(folders: Sequence[Path]) -> Combined:
    parts = [read_part(folder) for folder in folders]
    for part in parts:
        tell_unreadable(part.store)
    return combine(parts)


def _tell(combined: Combined) -> None:
    """Print which folders are combined, and what of them is not pooled."""
    sizes = [
        f"{part.name} ({text.counted(len(part.contents.results), 'result')})"
        for part in combined.parts
    ]
    note(f"Combined: {', '.join(sizes)}.")
    for sentence in combined.sentences:
        note(f"note: {sentence}")
