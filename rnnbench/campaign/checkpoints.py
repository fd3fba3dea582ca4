"""Checkpoints that are no longer wanted, removed."""

from contextlib import suppress
from pathlib import Path

from rnnbench.contracts import ExecutorContext
from rnnbench.records import Trial


def forget(context: ExecutorContext, trial: Trial) -> None:
    """Remove the checkpoint of a trial, where it has one; something else may be in its place, and
    stays."""
    checkpoint = context.checkpoints().of(trial)
    if checkpoint:
        with suppress(OSError):
            checkpoint.unlink(missing_ok=True)


def remove_folder(context: ExecutorContext) -> None:
    """Remove the folder of checkpoints, where it is empty."""
    with suppress(OSError):
        Path(context.checkpoints().folder).rmdir()
