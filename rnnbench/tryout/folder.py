"""The folder of a tryout: what was asked for, its suite, and what was found."""

from hashlib import sha256
from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.store import read_records, write_atomically
from rnnbench.tryout.records import Attempt, TryRequest

REQUEST = "try.json"
PIECE_BYTES = 2**20


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file. Raises RnnbenchError where it cannot be read."""
    digest = sha256()
    try:
        with file.open("rb") as content:
            while piece := content.read(PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise RnnbenchError(f"{file}: cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()


def kept_attempt(folder: Path, request: TryRequest) -> Attempt | None:
    """Return what a folder was begun with, so that the same command goes on; None for a new folder.

    Raises RnnbenchError where the folder holds something else.
    """
    kept = read_records(folder / REQUEST, Attempt)
    if not kept:
        if (folder / "trials").is_dir():
            raise RnnbenchError(f"{folder}: it holds a run of another suite; choose another -o")
        return None
    before = kept[0].request
    if before == request:
        return kept[0]
    if before.file == request.file and before.digest != request.digest:
        raise RnnbenchError(
            f"{folder}: '{request.file}' has changed since it was tried there; choose another -o"
        )
    raise RnnbenchError(
        f"{folder}: it holds a tryout of '{before.file}' with other options; choose another -o"
    )


def keep_attempt(folder: Path, attempt: Attempt, suite: str) -> Path:
    """Write what is tried, and its suite, whose file is returned. Raises RnnbenchError."""
    file = folder / "suite.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(file, suite.encode())
        content = msgspec.json.format(msgspec.json.encode([attempt]), indent=1)
        write_atomically(folder / REQUEST, content)
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return file
