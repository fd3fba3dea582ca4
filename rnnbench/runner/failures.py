"""What an exception says of a trial: its status, one sentence, a traceback where it was nobody's
intention."""

import os
import traceback
from collections.abc import Mapping
from typing import NamedTuple

import torch
from msgspec.structs import replace

from rnnbench.errors import (
    DataUnavailable,
    OutOfTime,
    Refused,
    RnnbenchError,
    describe,
    encodable,
    first_line,
    message,
)
from rnnbench.records import Result, Status

MEMORY_COMPLAINTS = (
    *("can't allocate memory", "not enough memory", "out of memory", "bad_alloc"),
    *(
        "could not create a primitive",
        "could not create a memory",
    ),  # oneDNN, where there is no room for its scratch
)
OUTPUT_KEPT = 8_000
CACHE = "TORCHINDUCTOR_CACHE_DIR"
"""Torch itself sets it to the folder that it has chosen where it is not set."""


class Failure(NamedTuple):
    """An exception in the words of results."""

    status: Status
    reason: str
    traceback: str


def failure(error: Exception) -> Failure:
    """What is kept of an exception: not itself, which holds on to all that was there when it was
    raised."""
    told = isinstance(error, RnnbenchError)
    reason = first_line(error) if told else describe(error)
    trace = "" if told else encodable("".join(traceback.format_exception(error)))[-OUTPUT_KEPT:]
    uncached = _compile_cache_unusable(error)
    if uncached:
        return Failure("error", uncached, trace)
    return Failure(_status(error), reason, trace)


def with_absent(result: Result, failures: Mapping[str, Failure]) -> Result:
    """The result of cells that were measured side by side, in which those that failed are named by
    row. While some have rows it is as it was; where none has, it ended as they did."""
    absent = {row: failed.reason for row, failed in failures.items()}
    traces = "\n".join(failed.traceback for failed in failures.values() if failed.traceback)[
        -OUTPUT_KEPT:
    ]
    result = replace(result, absent=absent, traceback=traces)
    if result.costs or not failures:
        return result
    statuses = {failed.status for failed in failures.values()}
    status: Status = statuses.pop() if len(statuses) == 1 else "error"
    return replace(
        result,
        status=status,
        reason="; ".join(f"{row}: {reason}" for row, reason in absent.items()),
    )


def _compile_cache_unusable(error: BaseException) -> str:
    """A sentence where the cause is that torch's compiler cannot keep its files; "" otherwise."""
    folder = os.environ.get(CACHE)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and folder and str(cause.filename).startswith(folder):
            return (
                f"torch cannot keep what it compiles in {folder}: {cause.strerror}; set {CACHE} to"
                " a folder that can be written, or take the cell without its compiled"
                " implementation"
            )
        cause = cause.__cause__ or cause.__context__
    return ""


def _status(error: Exception) -> Status:
    if isinstance(error, DataUnavailable):
        return "skipped"
    if isinstance(error, Refused):
        return "refused"
    if isinstance(error, OutOfTime):
        return "timeout"
    ran_out = isinstance(error, MemoryError | torch.OutOfMemoryError)
    text = message(error).lower()
    if ran_out or any(complaint in text for complaint in MEMORY_COMPLAINTS):
        return "out-of-memory"
    return "error"
