"""Gives the series of an older file the identities that this version computes."""

import sqlite3

import msgspec

from rnnbench.history.records import Series

MOVE = """
INSERT INTO measurements (series, commit_id, trial, started, value)
SELECT ?, commit_id, trial, started, value FROM measurements WHERE series = ?
ON CONFLICT DO UPDATE SET started = excluded.started, value = excluded.value
WHERE excluded.started > started
"""


def renew_identities(connection: sqlite3.Connection) -> None:
    """Renew the identities of all series, and join those that turn out to be one."""
    rows = connection.execute("SELECT id, content FROM series ORDER BY id").fetchall()
    ids: dict[str, int] = {}
    for key, content in rows:
        identity = msgspec.json.decode(content, type=Series).identity
        first = ids.setdefault(identity, key)
        if first != key:
            _join(connection, first, key)
    connection.executemany(
        "UPDATE series SET identity = ?, revision = revision + 1 WHERE id = ?", list(ids.items())
    )


def _join(connection: sqlite3.Connection, first: int, other: int) -> None:
    """Move the values of one series to another; of one trial at one commit, the newest counts."""
    connection.execute(MOVE, (first, other))
    connection.execute("DELETE FROM measurements WHERE series = ?", (other,))
    connection.execute("DELETE FROM summaries WHERE series = ?", (other,))
    connection.execute("DELETE FROM series WHERE id = ?", (other,))
