"""What a child is to do, and the files that it shares with its driver."""

import os
from typing import NamedTuple

from msgspec import Struct

from rnnbench.catalogue import Plugin
from rnnbench.records import Checkpoints, Trial


class ChildRequest(Struct, frozen=True, kw_only=True):
    """What a child is to do.

    folder:     its own working folder.
    checkpoints: where it keeps what it needs to go on after it was cut off.
    only_size:  size the model, and train nothing.
    plugins:    those that bring what the trial uses; None imports all that are installed.
    files:      by module, the file that it is in the driver.
    """

    trial: Trial
    folder: str
    checkpoints: Checkpoints = Checkpoints()
    only_size: bool = False
    plugins: tuple[Plugin, ...] | None = None
    files: dict[str, str] = {}


class SharedFiles(NamedTuple):
    """Descriptors of files without a name, which driver and child both have open.

    No trial can remove the files of another, or put something else in the place of its own.

    output: what the child prints.
    result: its result, as JSON.
    marker: what it is at while it measures costs.
    """

    output: int
    result: int
    marker: int

    def close(self) -> None:
        """Close them here."""
        for file in self:
            os.close(file)
