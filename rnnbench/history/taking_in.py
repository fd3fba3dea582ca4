"""How values come into a history: of one trial at one commit, those of its newest result count.

So the order in which runs are added and files are merged makes no difference, and what is added
twice changes nothing.
"""

import sqlite3
from collections.abc import Iterable

from msgspec.structs import replace

from rnnbench.history.records import Added, Commit

INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming (
    series INTEGER NOT NULL,
    commit_id INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    started REAL NOT NULL,
    value,
    PRIMARY KEY (series, commit_id, trial)
) WITHOUT ROWID
"""
DROP_OUTDATED = """
DELETE FROM incoming WHERE EXISTS (
    SELECT 1 FROM measurements AS kept
    WHERE kept.commit_id = incoming.commit_id AND kept.trial = incoming.trial
        AND kept.started > incoming.started
)
"""
OUTDATED = """
SELECT kept.series, kept.commit_id, kept.trial
FROM (SELECT DISTINCT commit_id, trial, started FROM incoming) AS newer
JOIN measurements AS kept ON kept.commit_id = newer.commit_id AND kept.trial = newer.trial
WHERE kept.started < newer.started
"""
RENEWED = f"{OUTDATED} INTERSECT SELECT series, commit_id, trial FROM incoming"  # noqa: S608
NOT_KEPT = """
SELECT new.series FROM incoming AS new
LEFT JOIN measurements AS kept USING (series, commit_id, trial)
WHERE kept.started IS NULL
"""
TIED = """
SELECT new.series, new.commit_id, new.trial, max(kept.value, new.value) AS value
FROM incoming AS new JOIN measurements AS kept USING (series, commit_id, trial)
WHERE kept.started = new.started AND kept.value IS NOT max(kept.value, new.value)
"""
"""Values of results of the same second: the larger one is kept, whichever comes first."""
RECEIVE = """
INSERT INTO incoming (series, commit_id, trial, started, value) {} ON CONFLICT DO UPDATE SET
    started = excluded.started,
    value = CASE WHEN excluded.started > started
        THEN excluded.value ELSE max(value, excluded.value) END
WHERE excluded.started >= started
"""
DROP_RENEWED = f"DELETE FROM measurements WHERE (series, commit_id, trial) IN ({OUTDATED})"  # noqa: S608
SETTLE = "UPDATE measurements SET value = ? WHERE series = ? AND commit_id = ? AND trial = ?"
KEEP = """
INSERT INTO measurements (series, commit_id, trial, started, value)
SELECT series, commit_id, trial, started, value FROM incoming WHERE true
ON CONFLICT DO NOTHING
"""


def receive(rows: str) -> str:
    """Return the statement that writes rows into the table `incoming`: of two results of one trial
    the newer one counts, as in a history.

    rows: `VALUES` or a `SELECT` with a `WHERE`, of series, commit, trial, time and value.
    """
    return RECEIVE.format(rows)


def begin(connection: sqlite3.Connection) -> None:
    """Empty the table `incoming`, into which the caller then writes."""
    connection.execute(INCOMING)
    connection.execute("DELETE FROM incoming")


def take_in(connection: sqlite3.Connection) -> Added:
    """Keep the values of the table `incoming`, and drop those that they renew.

    The caller has begun a transaction. Series of which anything changed get another revision.
    """

    def count(query: str) -> int:
        (number,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchone()  # noqa: S608
        return int(number)

    total = count("SELECT 1 FROM incoming")
    connection.execute(DROP_OUTDATED)
    outdated = count(OUTDATED)
    renewed = count(RENEWED)
    touched = {series for series, *_ in connection.execute(OUTDATED)}
    connection.execute(DROP_RENEWED)
    tied = connection.execute(TIED).fetchall()
    connection.executemany(SETTLE, [(value, *key) for *key, value in tied])
    touched |= {series for series, *_ in tied}
    touched |= {series for (series,) in connection.execute(NOT_KEPT)}
    kept = connection.execute(KEEP).rowcount
    revise(connection, touched)
    return Added(
        new=kept - renewed,
        renewed=renewed + len(tied),
        removed=outdated - renewed,
        unchanged=total - kept - len(tied),
    )


def revise(connection: sqlite3.Connection, series: Iterable[int] | None = None) -> None:
    """Give these series, by default all, another revision, so that their summaries are out of
    date."""
    if series is None:
        connection.execute("UPDATE series SET revision = revision + 1")
        return
    connection.executemany(
        "UPDATE series SET revision = revision + 1 WHERE id = ?", [(one,) for one in sorted(series)]
    )


def keep_commits(connection: sqlite3.Connection, commits: Iterable[Commit]) -> dict[str, int]:
    """Keep commits, with what is known of them here and there, and return their ids by hash.

    Where the order of commits that were kept before may change, all series get another revision.
    """
    reordered = False
    ids: dict[str, int] = {}
    for commit in commits:
        row = connection.execute(
            "SELECT id, hash, time, depth, from_git, subject FROM commits WHERE hash = ?",
            (commit.hash,),
        ).fetchone()
        if row is None:
            ids[commit.hash] = _insert(connection, commit)
            continue
        known = commit_of(row[1:])
        ids[commit.hash] = row[0]
        merged = known_of_both(known, commit)
        if merged != known:
            _update(connection, merged)
            reordered = True
    if reordered:
        revise(connection)
    return ids


def commit_of(row: tuple[str, int, int | None, int, str]) -> Commit:
    """Return the commit in a row of the database."""
    name, time, depth, from_git, subject = row
    return Commit(hash=name, time=time, depth=depth, from_git=bool(from_git), subject=subject)


def known_of_both(one: Commit, other: Commit) -> Commit:
    """Return what two records say of one commit: git knows its time better than a run, and a whole
    clone its depth better than a shallow one."""
    first = min(one, other, key=lambda commit: (not commit.from_git, commit.time))
    depths = [commit.depth for commit in (one, other) if commit.depth is not None]
    return replace(
        first,
        depth=max(depths, default=None),
        subject=max(one.subject, other.subject),
    )


def _insert(connection: sqlite3.Connection, commit: Commit) -> int:
    inserted = connection.execute(
        "INSERT INTO commits (hash, time, depth, from_git, subject) VALUES (?, ?, ?, ?, ?)",
        (commit.hash, commit.time, commit.depth, int(commit.from_git), commit.subject),
    )
    assert inserted.lastrowid is not None
    return inserted.lastrowid


def _update(connection: sqlite3.Connection, commit: Commit) -> None:
    connection.execute(
        "UPDATE commits SET time = ?, depth = ?, from_git = ?, subject = ? WHERE hash = ?",
        (commit.time, commit.depth, int(commit.from_git), commit.subject, commit.hash),
    )
