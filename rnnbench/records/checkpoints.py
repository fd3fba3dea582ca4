"""Checkpoints of trials: where they lie, and how often one is written."""

from pathlib import Path

from msgspec import Struct

from rnnbench.records.trial import Trial, trial_id

CHECKPOINT_SECONDS = 60.0
"""How often a trial writes a checkpoint, unless told otherwise."""


class Checkpoints(Struct, frozen=True):
    """Where trials keep what they need to go on after they were cut off.

    folder:  "" keeps nothing.
    seconds: at least so long after the one before, at the end of an epoch.
    """

    folder: str = ""
    seconds: float = CHECKPOINT_SECONDS

    def of(self, trial: Trial) -> Path | None:
        """The file of a trial; None where nothing is kept."""
        return Path(self.folder) / f"{trial_id(trial)}.pt" if self.folder else None
