"""The file of a history: one SQLite database, its schema, and how older files are brought up to
it.

Version 1: commits by their time alone.
Version 2: commits have a depth, the origin of their time and a subject; summaries of series are
           kept; an index finds the values of one trial at one commit.
Version 3: the identities of series leave out wording.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.history.copying import cannot_be_written, copy_into
from rnnbench.history.identities import renew_identities

VERSION = 3
APPLICATION = 0x726E6E62
"""SQLite's application id of a history: "rnnb"."""
BUSY_SECONDS = 60.0
"""How long a writer waits for others."""
WAIT_SECONDS = 0.05
OTHERS_AT_WORK = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
VERSION_1 = """
CREATE TABLE commits (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    time INTEGER NOT NULL
);
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL
);
CREATE TABLE measurements (
    series INTEGER NOT NULL REFERENCES series (id),
    commit_id INTEGER NOT NULL REFERENCES commits (id),
    trial INTEGER NOT NULL,
    started REAL NOT NULL,
    value,
    PRIMARY KEY (series, commit_id, trial)
) WITHOUT ROWID;
"""
"""`content` is a `Series` as JSON; `trial` is the hash at the end of the id of a trial."""
FROM_1_TO_2 = """
ALTER TABLE commits ADD COLUMN depth INTEGER;
ALTER TABLE commits ADD COLUMN from_git INTEGER NOT NULL DEFAULT 0;
ALTER TABLE commits ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE series ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
CREATE INDEX of_one_trial ON measurements (commit_id, trial);
CREATE TABLE summaries (
    series INTEGER PRIMARY KEY REFERENCES series (id),
    revision INTEGER NOT NULL,
    method INTEGER NOT NULL,
    content TEXT NOT NULL
);
"""
"""`content` is a `Summary` as JSON, of the values that the series had at this revision, by this
version of the method that finds steps."""
MIGRATIONS = {0: VERSION_1, 1: FROM_1_TO_2}
"""Statements that bring a file from each version to the next one; in the end, all series get the
identities that they have now."""


def connect(path: Path, *, new: bool = False) -> sqlite3.Connection:
    """Open the file of a history, which is migrated where it is old.

    What cannot be written is read into memory. Raises RnnbenchError where it is no history, was
    written by a later version, or cannot be opened.

    new: whether it is made where it is missing or empty.
    """
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        _prepare(connection, path, new=new)
    except (sqlite3.Error, msgspec.MsgspecError, RnnbenchError) as error:
        if connection is not None:
            connection.close()
        if cannot_be_written(error) and not new:
            return in_memory(path)
        raise _explained(error, path) from error
    return connection


def in_memory(path: Path) -> sqlite3.Connection:
    """Read the file of a history into memory. Nothing is written to it or beside it.

    Raises RnnbenchError as `connect` does.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        copy_into(path, connection)
        _prepare(connection, path, new=False)
    except (OSError, sqlite3.Error, msgspec.MsgspecError, RnnbenchError) as error:
        connection.close()
        raise _explained(error, path) from error
    return connection


def _explained(error: Exception, path: Path) -> RnnbenchError:
    if isinstance(error, RnnbenchError):
        return error
    if isinstance(error, OSError | sqlite3.OperationalError):
        return RnnbenchError(f"{path}: cannot be opened: {error}")
    return RnnbenchError(f"{path}: is no history of rnnbench: {error}")


def _prepare(connection: sqlite3.Connection, path: Path, *, new: bool) -> None:
    version = version_of(connection, path)
    if version == VERSION:
        return
    if not version and not new:
        raise RnnbenchError(f"{path}: is empty, and no history of rnnbench")
    _write_ahead(connection)
    with transaction(connection):
        # Another process may have done this while this one waited.
        version = version_of(connection, path)
        if version < VERSION:
            _migrate(connection, version)


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number in range(version, VERSION):
        for statement in MIGRATIONS.get(number, "").split(";"):
            connection.execute(statement)
    renew_identities(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the schema, 0 for an empty file.

    Raises RnnbenchError for a file of something else, and for a later version.
    """
    with reading(connection):
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (tables or version):
        raise RnnbenchError(f"{path}: is a database of something else, and no history of rnnbench")
    if version > VERSION:
        raise RnnbenchError(
            f"{path}: has schema {version} and was written by a later version of rnnbench; this"
            f" one reads schemas up to {VERSION}, and has changed nothing in the file"
        )
    return int(version)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have the file keep a write-ahead log, so that readers and a writer do not wait for each
    other.

    SQLite does not wait for its locks when it changes this; so this waits.
    """
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in OTHERS_AT_WORK or monotonic() > deadline:
                raise
            sleep(WAIT_SECONDS)
        else:
            return


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything that is read inside is of one moment; inside of a transaction it is anyway."""
    begins = not connection.in_transaction
    if begins:
        connection.execute("BEGIN")
    try:
        yield
    finally:
        if begins and connection.in_transaction:
            connection.execute("COMMIT")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything that is done inside, or nothing; one process writes at a time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite may have rolled back by itself, as where a disk is full.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
