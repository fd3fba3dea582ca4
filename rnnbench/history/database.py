"""A history: the figures of runs by commit, in one file."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import msgspec

from rnnbench.compare.records import Value
from rnnbench.errors import RnnbenchError
from rnnbench.history.commits import in_order
from rnnbench.history.records import Commit, Series
from rnnbench.history.schema import connect, reading, transaction
from rnnbench.history.taking_in import commit_of

DEFAULT_FILE = Path("rnnbench-history.sqlite")
Values = dict[str, dict[int, Value]]
"""The values of a series, by commit in their order, and by replicate or seed."""


class History:
    """The file of a history. Several processes may write to it at once; each write is whole.

    Use it in a `with` statement, at whose end it is closed, and in which whatever cannot be read is
    a RnnbenchError. A file that cannot be written is read, and keeps nothing.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        """Open a file; a `new` one is made where there is none.

        Raises RnnbenchError where there is none, or it is no history that this version reads.
        """
        if not new and not path.is_file():
            raise RnnbenchError(
                f"{path}: there is no history; `rnnbench history add RUN` begins one, and --file"
                " names another file"
            )
        self.path = path
        self.connection = connect(path, new=new)

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()
        if isinstance(error, sqlite3.DatabaseError | msgspec.MsgspecError):
            raise RnnbenchError(
                f"{self.path}: cannot be read, and may be damaged: {error}"
            ) from error

    def commits(self) -> list[Commit]:
        """Return all commits, from the oldest to the newest."""
        rows = self.connection.execute(
            "SELECT hash, time, depth, from_git, subject FROM commits"
        ).fetchall()
        return in_order([commit_of(row) for row in rows])

    def series(self) -> dict[int, Series]:
        """Return all series, by their key in this file."""
        rows = self.connection.execute("SELECT id, content FROM series").fetchall()
        return {key: series_of(content) for key, content in rows}

    def values(self, key: int, commits: Sequence[Commit]) -> Values:
        """Return the values of the series with this key.

        commits: all of this history, in their order.
        """
        rows = self.connection.execute(
            "SELECT hash, trial, value FROM measurements JOIN commits ON commits.id = commit_id"
            " WHERE series = ?",
            (key,),
        )
        found: dict[str, dict[int, Value]] = defaultdict(dict)
        for name, trial, value in rows:
            found[name][trial] = value
        return {commit.hash: found[commit.hash] for commit in commits if commit.hash in found}

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything that is read inside is of one moment."""
        with reading(self.connection):
            yield

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Everything that is written inside is written whole, or not at all.

        Raises RnnbenchError where the file cannot be written.
        """
        try:
            with transaction(self.connection):
                yield self.connection
        except sqlite3.OperationalError as error:
            raise RnnbenchError(f"{self.path}: cannot be written: {error}") from error


def series_of(content: str) -> Series:
    """Return the series in a row of the database."""
    return msgspec.json.decode(content, type=Series)
