"""Checkpoints of trials: where they are kept, and how often they are written."""

from pathlib import Path

from msgspec import Struct

from rnnbench.records.trial import Trial, trial_id

CHECKPOINT_SECONDS = 60.0
"""Default interval between the checkpoints of a trial."""


class Checkpoints(Struct, frozen=True):
    """Where and how often trials write checkpoints, from which they resume after an interruption.

    folder:  where checkpoints are kept; "" keeps none.
    seconds: least time between two checkpoints, which are written at the end of an epoch.
    """

    folder: str = ""
    seconds: float = CHECKPOINT_SECONDS

    def of(self, trial: Trial) -> Path | None:
        """Return the checkpoint file of a trial; None where no checkpoints are kept."""
        return Path(self.folder) / f"{trial_id(trial)}.pt" if self.folder else None
