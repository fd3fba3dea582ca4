"""Reads the runs that are compared, from their folders."""

from pathlib import Path

from rnnbench.compare.records import Run
from rnnbench.errors import RnnbenchError
from rnnbench.store import Store


def read_run(folder: Path) -> Run:
    """Read the results of a run, and list its unreadable files; a missing folder has no results.

    Raises RnnbenchError for the folder of results inside a run.
    """
    is_inner = folder.name == "trials" and not (folder / "trials").is_dir()
    if is_inner and any(folder.glob("*.json")):
        raise RnnbenchError(
            f"{folder}: these are the results inside of a run; give its folder, {folder.parent}"
        )
    store = Store(folder)
    results = tuple(store.read())
    return Run(
        folder=str(folder),
        results=results,
        unreadable={str(path): problem for path, problem in store.unreadable.items()},
    )
