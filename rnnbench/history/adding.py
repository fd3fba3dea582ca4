"""Adds the values of runs to a history, and those of other histories."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.history import taking_in
from rnnbench.history.database import History
from rnnbench.history.records import Added, Commit, Measured, Series
from rnnbench.history.schema import in_memory, transaction

FROM_ANOTHER = """
SELECT ours.id, commits.id, theirs.trial, theirs.started, theirs.value
FROM other.measurements AS theirs
JOIN other.series AS named ON named.id = theirs.series
JOIN other.commits AS made ON made.id = theirs.commit_id
JOIN main.series AS ours ON ours.identity = named.identity
JOIN main.commits AS commits ON commits.hash = made.hash
WHERE true
"""
SERIES_OF_ANOTHER = """
INSERT INTO main.series (identity, content)
SELECT identity, content FROM other.series WHERE true ON CONFLICT DO NOTHING
"""


def add(history: History, measured: Iterable[Measured], commits: Iterable[Commit]) -> Added:
    """Keep values, with what is known of their commits.

    Of one trial at one commit the values of its newest result are kept.
    """
    values = list(measured)
    with history.writing() as connection:
        commit_ids = taking_in.keep_commits(connection, commits)
        series = {value.series.identity: value.series for value in values}
        series_ids = _keep_series(connection, series)
        taking_in.begin(connection)
        rows = (
            (
                series_ids[value.series.identity],
                commit_ids[value.commit],
                _number(value.trial),
                value.started,
                value.value,
            )
            for value in values
        )
        connection.executemany(taking_in.receive("VALUES (?, ?, ?, ?, ?)"), rows)
        return taking_in.take_in(connection)


def merge(history: History, path: Path) -> Added:
    """Keep all values of another history, by the rule of `add`. That file is not changed.

    Raises RnnbenchError where it is no history that this version reads.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite"
        _copy(path, copy)
        with History(copy) as other:
            other.path = path
            commits = other.commits()
            other.series()  # so that none that cannot be read comes in
        history.connection.execute("ATTACH ? AS other", (str(copy),))
        try:
            with transaction(history.connection):
                connection = history.connection
                taking_in.keep_commits(connection, commits)
                connection.execute(SERIES_OF_ANOTHER)
                taking_in.begin(connection)
                connection.execute(taking_in.receive(FROM_ANOTHER))
                return taking_in.take_in(connection)
        except sqlite3.DatabaseError as error:
            raise RnnbenchError(f"{path}: cannot be merged into {history.path}: {error}") from error
        finally:
            history.connection.execute("DETACH other")


def refuse_unless_history(path: Path) -> None:
    """Raise RnnbenchError where a file is missing, or no history that this version reads."""
    if not path.is_file():
        raise RnnbenchError(f"{path}: there is no history")
    in_memory(path).close()


def _keep_series(connection: sqlite3.Connection, series: Mapping[str, Series]) -> dict[str, int]:
    connection.executemany(
        "INSERT OR IGNORE INTO series (identity, content) VALUES (?, ?)",
        [(name, msgspec.json.encode(one).decode()) for name, one in series.items()],
    )
    ids = {}
    for name in series:
        query = "SELECT id FROM series WHERE identity = ?"
        (ids[name],) = connection.execute(query, (name,)).fetchone()
    return ids


def _number(trial: str) -> int:
    """Return the number by which a trial is known in the file: 48 bits of a hash of its id."""
    return int.from_bytes(sha256(trial.encode()).digest()[:6])


def _copy(source: Path, target: Path) -> None:
    """Copy a history into a file of this version's schema."""
    refuse_unless_history(source)
    with closing(in_memory(source)) as opened, closing(sqlite3.connect(target)) as copy:
        opened.backup(copy)
