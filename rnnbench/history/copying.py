"""Copies a history as it is at one moment, and leaves nothing beside it."""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def cannot_be_written(error: Exception) -> bool:
    """Whether SQLite gave up since a file or its folder cannot be written."""
    return (
        isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in UNWRITABLE
    )


def copy_into(path: Path, target: sqlite3.Connection) -> None:
    """Copy a file into an empty database, also where the file cannot be written, and while others
    write to it.

    Raises sqlite3.Error or OSError where it cannot be read.
    """
    log = path.with_name(f"{path.name}-wal")
    while not log.exists():
        before = _state(path)
        _backup(path, "immutable=1", target)
        if _state(path) == before and not log.exists():
            return
    if path.with_name(f"{path.name}-shm").exists():
        try:
            _backup(path, "mode=ro", target)
        except sqlite3.OperationalError as error:
            if not cannot_be_written(error):
                raise
        else:
            return
    # Nobody is at work, and SQLite would leave files beside the log.
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):  # whoever wrote it has just closed the file
            shutil.copyfile(log, copy.with_name(log.name))
        _backup(copy, "mode=rw", target)


def _state(path: Path) -> tuple[int, int, int]:
    """Return what tells that somebody wrote to a file meanwhile."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _backup(path: Path, how: str, target: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as opened:
        opened.backup(target)
