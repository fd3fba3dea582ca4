"""Lists of records in JSON, kept beside the results of a run: its claims and its failed checks."""

from pathlib import Path
from typing import TypeVar

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.store.reading import UNREADABLE, problem_of

Record = TypeVar("Record")


def read_records(path: Path, kind: type[Record]) -> tuple[Record, ...] | None:
    """Read the records in a file; None where there is no file. Raises RnnbenchError on failure."""
    try:
        if not path.exists():
            return None
        # A pipe would keep its reader waiting.
        if not path.is_file():
            raise ValueError("it is not a file")
        return msgspec.json.decode(path.read_bytes(), type=tuple[kind, ...])  # type: ignore[valid-type]
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        raise RnnbenchError(f"{path}: cannot be read: {problem_of(error)}") from error
