"""Reading of one result: it must be complete, of a known format, and free of contradictions."""

from pathlib import Path

import msgspec
from msgspec import Struct

from rnnbench.errors import RnnbenchError, first_line
from rnnbench.records import Result, contradiction, trial_id
from rnnbench.records.result import FORMAT, OLDEST_FORMAT


class NewerFormat(RnnbenchError):
    """Raised for a result in a newer format than this version reads; its folder is not changed."""


class _Origin(Struct, frozen=True):
    """The versions in a provenance, readable in every later format."""

    versions: dict[str, str] = {}


class _Head(Struct, frozen=True):
    """The format of a result, and the version that wrote it."""

    format: int = FORMAT
    provenance: _Origin = _Origin()


RESULTS = msgspec.json.Decoder(Result)
UNREADABLE = (OSError, ValueError, OverflowError, RecursionError)
"""Errors of reading a damaged file; the errors of msgspec are ValueErrors."""


def problem_of(error: BaseException) -> str:
    """Describe in words what is wrong with a file."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return first_line(error).removesuffix(".")


def whole(path: Path) -> Result:
    """Read the result in a file.

    Raises ValueError where it is incomplete, contradicts itself, or belongs to another trial, and
    NewerFormat where a later version wrote it.
    """
    # A pipe would keep its reader waiting.
    if not path.is_file():
        raise ValueError("it is not a file")
    content = path.read_bytes()
    try:
        result = RESULTS.decode(content)
    except UNREADABLE:
        _refuse_newer(path, content)
        raise
    if not OLDEST_FORMAT <= result.format <= FORMAT:
        _refuse_newer(path, content)
        raise ValueError(
            f"has format {result.format}; this version reads {OLDEST_FORMAT} to {FORMAT}"
        )
    identity = trial_id(result.trial)
    if identity != path.stem:
        raise ValueError(f"it holds the trial {identity}")
    if problem := contradiction(result, from_json=True):
        raise ValueError(f"it contradicts itself: {problem}")
    return result


def _refuse_newer(path: Path, content: bytes) -> None:
    try:
        head = msgspec.json.decode(content, type=_Head)
    except UNREADABLE:
        # Reading the whole result reports what is wrong.
        return
    if head.format <= FORMAT:
        return
    writer = head.provenance.versions.get("rnnbench")
    author = f"rnnbench {writer}" if writer else "a later version of rnnbench"
    raise NewerFormat(
        f"{path}: has format {head.format} and was written by {author}; this version reads formats"
        f" up to {FORMAT}, and has changed nothing in the folder"
    )
