"""Opens a user's file: compressed or not, in whichever encoding."""

import codecs
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile, Path as ZipPath, ZipFile, is_zipfile

from rnnbench.datafile.encodings import LOOKED_AT, by_bom, first_odd, guessed
from rnnbench.datafile.kinds import notice, unusable
from rnnbench.datafile.records import Notice
from rnnbench.text import MEBIBYTE, listed, mebibytes

MOST_BYTES = 128 * MEBIBYTE
"""Bytes of text that are read of one file, in less than 1 GB; a notice says if there are more."""
PIECE = 4 * MEBIBYTE
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"


@dataclass(frozen=True)
class Source:
    """A file of text that can be opened several times.

    name:        the file, and the member of an archive.
    ending:      the ending of the name without that of compression, in lower case, such as `.csv`.
    compression: `gzip`, `zip`, or nothing.
    encoding:    a name that Python knows.
    lines:       how many lines are read.
    cut:         whether there is more text than `MOST_BYTES`.
    notices:     on encoding and size.
    """

    path: Path
    name: str
    ending: str
    compression: str
    member: str
    encoding: str
    lines: int
    cut: bool
    notices: tuple[Notice, ...]

    def open(self) -> IO[bytes]:
        """Open the bytes from the start, decompressed; where the file is cut, up to there."""
        raw = _open(self.path, self.compression, self.member)
        if not self.cut:
            return raw
        return io.BufferedReader(_Beginning(raw, self.lines))

    def open_text(self) -> IO[str]:
        """Open the text from the start, with line ends as they are in the file."""
        return io.TextIOWrapper(self.open(), encoding=self.encoding, newline="")


def find_source(path: Path) -> Source:
    """Look at a file: how it is compressed, in which encoding, and how long it is.

    Raises RnnbenchError where it cannot be read, is empty, or holds no text.
    """
    try:
        return _found(path)
    except (OSError, EOFError, BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise unusable(str(path), f"cannot be read: {reason}") from error


def is_parquet(path: Path) -> bool:
    """Whether a file begins like a Parquet file."""
    try:
        with path.open("rb") as file:
            return file.read(4) == PARQUET
    except OSError:
        return False


def _found(path: Path) -> Source:
    compression = ""
    member = ""
    name = path.name
    with path.open("rb") as file:
        start = file.read(2)
    if start == GZIP:
        compression = "gzip"
        name = name.removesuffix(".gz")
    elif is_zipfile(path):
        compression = "zip"
        member = _member(path)
        name = member
    encoding, lines, cut, notices = _look(path, compression, member)
    ending = Path(name).suffix.lower()
    full = f"{path}, {member}" if member else str(path)
    return Source(path, full, ending, compression, member, encoding, lines, cut, tuple(notices))


def _member(path: Path) -> str:
    """The one file in a zip archive."""
    with ZipFile(path) as archive:
        names = [one for one in archive.namelist() if not one.endswith("/")]
    names = [one for one in names if not one.startswith("__MACOSX/")]
    if len(names) != 1:
        there_are = f" ({listed(names, 5)})" if names else ""
        raise unusable(
            str(path), f"the archive holds {len(names)} files{there_are}, expected one file"
        )
    return names[0]


def _open(path: Path, compression: str, member: str) -> IO[bytes]:
    if compression == "gzip":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if compression == "zip":
        return ZipPath(path, member).open("rb")
    return path.open("rb")


def _pieces(path: Path, compression: str, member: str) -> Iterator[bytes]:
    with _open(path, compression, member) as stream:
        while piece := stream.read(PIECE):
            yield piece


def _look(path: Path, compression: str, member: str) -> tuple[str, int, bool, list[Notice]]:
    """The encoding, the number of lines that are read, whether more follow, and notices."""
    start = b""
    odd = b""
    lines = 0
    size = 0
    cut = False
    last = b"\n"
    encoding = "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in _pieces(path, compression, member):
        if not start:
            start = piece[:LOOKED_AT]
            encoding = by_bom(start)
        if encoding == "utf-8" and not odd:
            odd = first_odd(decoder, piece)
        if size + len(piece) > MOST_BYTES:
            kept = piece[: MOST_BYTES - size]
            lines += kept.count(b"\n")
            cut = True
            break
        lines += piece.count(b"\n")
        size += len(piece)
        last = piece[-1:]
    if not start.strip():
        raise unusable(str(path), "the file is empty")
    if encoding == "utf-8" and b"\0" in start:
        raise unusable(str(path), "it holds bytes that are no text, such as \\0 in its beginning")
    lines += last != b"\n" and not cut
    notices = []
    if odd:
        encoding = guessed(odd)
        notices.append(notice("encoding", f"The file is not UTF-8; it reads as {encoding}."))
    elif encoding not in ("utf-8", "utf-8-sig"):
        notices.append(
            notice("encoding", f"The file is not UTF-8; its first bytes say {encoding}.")
        )
    if cut:
        sentence = (
            f"The file has more than {mebibytes(MOST_BYTES)} of text: it is read up to line"
            f" {lines:,}."
        )
        notices.append(notice("too-large", sentence, lines=[lines]))
    return encoding, lines, cut, notices


class _Beginning(io.RawIOBase):
    """The first lines of a stream."""

    def __init__(self, stream: IO[bytes], lines: int) -> None:
        self._stream = stream
        self._left = lines

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        piece = self._stream.read(len(view)) if self._left else b""
        ends = piece.count(b"\n")
        if ends >= self._left:
            piece = b"".join(piece.splitlines(keepends=True)[: self._left])
            ends = self._left
        self._left -= ends
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()
