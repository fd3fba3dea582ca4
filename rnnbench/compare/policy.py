"""Reads the policy of a gate from a TOML file: a suite's, or one of its own."""

from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError, first_line
from rnnbench.records import GatePolicy
from rnnbench.suite.parsing import parse

TABLE = "gate"


def read_policy(path: Path, *, required: bool = True) -> GatePolicy:
    """Return the policy in the table `[gate]` of a file.

    Raises RnnbenchError where the file cannot be read, or a key or value of the table is wrong.

    required: whether a file without the table is an error; otherwise its policy is the default.
    """
    raw = parse(path)
    if required and TABLE not in raw:
        raise RnnbenchError(f"{path.name}: has no table [{TABLE}]")
    try:
        return msgspec.convert(raw.get(TABLE, {}), GatePolicy)
    except msgspec.ValidationError as error:
        raise RnnbenchError(f"{path.name}: {TABLE}: {first_line(error)}") from None
