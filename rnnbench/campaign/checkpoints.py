"""Checkpoints that are no longer wanted, removed."""

from contextlib import suppress
from pathlib import Path

from rnnbench.contracts import Placement
from rnnbench.records import Trial


def forget(placement: Placement, trial: Trial) -> None:
    """Remove the checkpoint of a trial, where it has one; something else may be in its place, and stays."""
    checkpoint = placement.checkpoints().of(trial)
    if checkpoint:
        with suppress(OSError):
            checkpoint.unlink(missing_ok=True)


def remove_folder(placement: Placement) -> None:
    """Remove the folder of checkpoints, where it is empty."""
    with suppress(OSError):
        Path(placement.checkpoints().folder).rmdir()
