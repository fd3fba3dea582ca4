"""Turn an exception into a trial's status, a reason, and a traceback where it is unexpected."""

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
    # oneDNN, where there is no memory for its scratch space
    *("could not create a primitive", "could not create a memory"),
)
"""In lower case, parts of error messages that mean a lack of memory."""
OUTPUT_KEPT = 8_000
CACHE = "TORCHINDUCTOR_CACHE_DIR"
"""The environment variable of the compile cache; torch sets it to its default folder."""


class Failure(NamedTuple):
    """An exception in the form in which results keep it."""

    status: Status
    reason: str
    traceback: str


def failure(error: Exception) -> Failure:
    """Return the status, reason and traceback of an exception.

    The exception itself is not kept, since it holds references to all locals of its frames. An
    RnnbenchError is expected, and has no traceback.
    """
    if isinstance(error, RnnbenchError):
        reason = first_line(error)
        trace = ""
    else:
        reason = describe(error)
        trace = encodable("".join(traceback.format_exception(error)))[-OUTPUT_KEPT:]
    cache_problem = _compile_cache_problem(error)
    if cache_problem:
        return Failure("error", cache_problem, trace)
    return Failure(_status(error), reason, trace)


def with_absent(result: Result, failures: Mapping[str, Failure]) -> Result:
    """Return the result of cells that were measured side by side, with the failures by row.

    The status changes only where no cell has a row: to the one of all failures, or to "error".
    """
    absent = {row: failed.reason for row, failed in failures.items()}
    traces = [failed.traceback for failed in failures.values() if failed.traceback]
    result = replace(result, absent=absent, traceback="\n".join(traces)[-OUTPUT_KEPT:])
    if result.costs or not failures:
        return result
    statuses = {failed.status for failed in failures.values()}
    status: Status = statuses.pop() if len(statuses) == 1 else "error"
    reasons = [f"{row}: {reason}" for row, reason in absent.items()]
    return replace(result, status=status, reason="; ".join(reasons))


def _compile_cache_problem(error: BaseException) -> str:
    """A sentence where the error's cause is an unusable compile cache of torch; "" otherwise."""
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
    text = message(error).lower()
    complains = any(complaint in text for complaint in MEMORY_COMPLAINTS)
    if complains or isinstance(error, MemoryError | torch.OutOfMemoryError):
        return "out-of-memory"
    return "error"
