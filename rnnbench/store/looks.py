"""Looks at a run, kept beside its results: `<folder>/looks`, a file for each, named by what was
seen.

A look that is had again is the same file, and nobody changes a file of another one: so those who
look at once lose nothing, and folders that are copied together have the looks of both.
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
"""The number of seeds that a run was planned with at first."""


def kept_looks(folder: Path) -> Looked:
    """The looks at a run, none where there were none. Raises RnnbenchError where they cannot be
    read: a look that is not counted would let too much pass."""
    looks: list[Look] = []
    for path in sorted((folder / FOLDER).glob("*.json")):
        looks += read_records(path, Look) or ()
    planned = read_records(folder / PLANNED, int) or (0,)
    return Looked(planned=max(planned[0], 0), looks=tuple(looks))


def keep_look(folder: Path, looks: Sequence[Look]) -> None:
    """Keep what is about to be shown; nothing where that is nothing. Raises RnnbenchError where it
    cannot be done."""
    if looks:
        content = msgspec.json.format(msgspec.json.encode(looks, order="sorted"), indent=1)
        _write(folder / FOLDER / f"{sha256(content).hexdigest()[:12]}.json", content)


def keep_planned(folder: Path, seeds: int) -> None:
    """Keep how many seeds are planned, where that was not said before. Raises RnnbenchError where
    it cannot be done."""
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
