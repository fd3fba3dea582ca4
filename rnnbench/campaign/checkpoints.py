"""Removes checkpoints that are no longer needed."""

from contextlib import suppress
from pathlib import Path

from rnnbench.contracts import ExecutorContext
from rnnbench.records import Trial


def forget(context: ExecutorContext, trial: Trial) -> None:
    """Remove the checkpoint file of a trial, if there is one; anything that is no file stays."""
    checkpoint = context.checkpoints().of(trial)
    if checkpoint:
        with suppress(OSError):
            checkpoint.unlink(missing_ok=True)


def remove_folder(context: ExecutorContext) -> None:
    """Remove the folder of checkpoints if it is empty."""
    with suppress(OSError):
        Path(context.checkpoints().folder).rmdir()
