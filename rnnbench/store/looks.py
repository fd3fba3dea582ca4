"""Looks at a run, kept in `<folder>/looks` as one file each, named by its content.

A repeated look has the same file, and no process changes a file of another. So simultaneous looks
lose nothing, and folders that are merged hold the looks of both.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.records import Look, Looked
from rnnbench.store.atomic import write_atomically
from rnnbench.store.beside import read_records

FOLDER = "looks"
PLANNED = "planned.json"
"""File with the number of seeds that the run was planned with at first."""


def kept_looks(folder: Path) -> Looked:
    """Read the looks at a run, if any.

    Raises RnnbenchError where they cannot be read: a look that is not counted would inflate errors.
    """
    looks: list[Look] = []
    for path in sorted((folder / FOLDER).glob("*.json")):
        looks += read_records(path, Look) or ()
    planned = read_records(folder / PLANNED, int) or (0,)
    return Looked(planned=max(planned[0], 0), looks=tuple(looks))


def keep_look(folder: Path, looks: Sequence[Look]) -> None:
    """Record what is about to be shown, if anything. Raises RnnbenchError where that fails."""
    if looks:
        content = msgspec.json.format(msgspec.json.encode(looks, order="sorted"), indent=1)
        _write(folder / FOLDER / f"{sha256(content).hexdigest()[:12]}.json", content)


def keep_planned(folder: Path, seeds: int) -> None:
    """Record the number of planned seeds, unless one is recorded. Raises RnnbenchError on
    failure."""
    if not kept_looks(folder).planned:
        _write(folder / PLANNED, msgspec.json.encode([seeds]))


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise RnnbenchError(f"{path}: cannot be written: {error.strerror or error}") from error
