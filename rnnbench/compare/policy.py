"""Reads the policy of a gate from a TOML file: a suite's, or one of its own."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.compare.records import Run
from rnnbench.errors import RnnbenchError, first_line
from rnnbench.records import GatePolicy, OnChange
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


def policy_for(
    base: Run, file: Path | None = None, on_change: OnChange | None = None
) -> tuple[GatePolicy, Path | None]:
    """Return the policy of this file, or of the suite of BASE where one such suite is installed;
    and the file where its policy is not the default.

    on_change: replaces what the policy says of it.
    """
    source = file or _suite_file(base)
    policy = read_policy(source, required=file is not None) if source else GatePolicy()
    policy_of = None if policy == GatePolicy() else source
    return replace(policy, on_change=on_change) if on_change else policy, policy_of


def _suite_file(base: Run) -> Path | None:
    suites = {result.trial.suite for result in base.results}
    installed = Catalogue.present().suites
    files = [installed[suite].item for suite in suites if suite in installed]
    return files[0] if len(files) == 1 else None
