"""The child request: what a trial's process does, and the files that it shares with its driver."""

import os
from typing import NamedTuple

from msgspec import Struct

from rnnbench.catalogue import Plugin
from rnnbench.records import Checkpoints, Trial


class ChildRequest(Struct, frozen=True, kw_only=True):
    """What a trial's process does.

    folder:      its own working folder.
    checkpoints: where its checkpoints are written, and how often.
    only_size:   whether it only sizes the model, without training.
    plugins:     the plugins that contribute what the trial uses; None imports all installed ones.
    files:       by module, its file in the driver.
    compiles:    whether the trial runs torch's compiler, which the server then prepares.
    """

    trial: Trial
    folder: str
    checkpoints: Checkpoints = Checkpoints()
    only_size: bool = False
    plugins: tuple[Plugin, ...] | None = None
    files: dict[str, str] = {}
    compiles: bool = False


class SharedFiles(NamedTuple):
    """Descriptors of files without a name, which driver and child share.

    Since they have no name, no trial can remove or replace them.

    output: what the child prints.
    result: its result, as JSON.
    marker: the stage of its cost measurement.
    """

    output: int
    result: int
    marker: int

    def close(self) -> None:
        """Close the descriptors of this process."""
        for file in self:
            os.close(file)
