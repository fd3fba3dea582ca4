"""Reading one result: whole, of this format, and without contradictions; or what is wrong with its
file."""

from pathlib import Path

import msgspec
from msgspec import Struct

from rnnbench.errors import RnnbenchError, first_line
from rnnbench.records import Result, contradiction, trial_id
from rnnbench.records.result import FORMAT, OLDEST_FORMAT


class NewerFormat(RnnbenchError):
    """A result in a format that this version does not read; nothing in its folder is changed."""


class _Origin(Struct, frozen=True):
    """The versions in a provenance, whatever else a later version keeps there."""

    versions: dict[str, str] = {}


class _Head(Struct, frozen=True):
    """What tells the format of a result, and the version that wrote it."""

    format: int = FORMAT
    provenance: _Origin = _Origin()


UNREADABLE = (OSError, ValueError, OverflowError, RecursionError)
"""What reading raises of a file that is not whole; the errors of msgspec are ValueErrors."""


def problem_of(error: BaseException) -> str:
    """What is wrong with a file, in words."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return first_line(error).removesuffix(".")


def whole(path: Path) -> Result:
    """The result in a file. Raises ValueError where it is not whole, contradicts itself, or is that
    of another trial, and NewerFormat where a later version wrote it."""
    if not path.is_file():  # a pipe would keep its reader waiting
        raise ValueError("it is not a file")
    content = path.read_bytes()
    _refuse_newer(path, content)
    result = msgspec.json.decode(content, type=Result)
    if not OLDEST_FORMAT <= result.format <= FORMAT:
        raise ValueError(
            f"has format {result.format}; this version reads {OLDEST_FORMAT} to {FORMAT}"
        )
    if trial_id(result.trial) != path.stem:
        raise ValueError(f"it holds the trial {trial_id(result.trial)}")
    if problem := contradiction(result):
        raise ValueError(f"it contradicts itself: {problem}")
    return result


def _refuse_newer(path: Path, content: bytes) -> None:
    try:
        head = msgspec.json.decode(content, type=_Head)
    except UNREADABLE:
        return  # the reader says what is wrong
    if head.format <= FORMAT:
        return
    writer = head.provenance.versions.get("rnnbench")
    by = f"rnnbench {writer}" if writer else "a later version of rnnbench"
    raise NewerFormat(
        f"{path}: has format {head.format} and was written by {by}; this version reads formats up"
        f" to {FORMAT}, and has changed nothing in the folder"
    )
