"""Lists of records in JSON that lie beside the results of a run, such as its claims and its failed
checks."""

from pathlib import Path
from typing import TypeVar

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.store.reading import UNREADABLE, problem_of

Record = TypeVar("Record")


def read_records(path: Path, kind: type[Record]) -> tuple[Record, ...] | None:
    """The records in a file, None where there is no file. Raises RnnbenchError where they cannot be
    read."""
    try:
        if not path.exists():
            return None
        if not path.is_file():  # a pipe would keep its reader waiting
            raise ValueError("it is not a file")
        return msgspec.json.decode(path.read_bytes(), type=tuple[kind, ...])  # type: ignore[valid-type]
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        raise RnnbenchError(f"{path}: cannot be read: {problem_of(error)}") from error
