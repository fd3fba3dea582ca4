"""Trains the learning trials of a suite in both environments, under the same seeds."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from rnnbench.ab.environment import Environment
from rnnbench.ab.side import clean_variables
from rnnbench.errors import RnnbenchError
from rnnbench.records import encode
from rnnbench.store import write_atomically

COUNTED = 'cost.measure=["operations", "peak-memory"]'
"""Beside the training, what is no time is measured."""
RAN = (0, 1, 5)
"""Exit codes of a run that has come to its end."""
OPEN = "training.json"
"""What is being trained; the file is gone when both environments have come to their ends."""


class Training(Struct, frozen=True):
    """What is trained, the same in both environments.

    suite:    the absolute path of the suite's file.
    content:  of the file.
    settings: keys of the suite that are set, `KEY=V`.
    cells:    those of them that are trained; all of the suite where none is named.
    """

    suite: str
    content: str
    settings: tuple[str, ...]
    cells: tuple[str, ...]


def train_both(
    training: Training,
    sides: tuple[Environment, Environment],
    folder: Path,
    watch: Callable[[str], object],
    *,
    fresh: bool = False,
) -> tuple[Path, Path]:
    """Train in both environments, and return the folders of their runs, that of BASE first.

    An interrupted training goes on from the trials that it has; any other begins anew. Raises
    RnnbenchError where a run does not come to its end, or the folder cannot be written.

    folder: gets the runs.
    watch:  called with what happens now, in words.
    fresh:  begin anew also where an earlier training was interrupted.
    """
    base, head = (folder / f"run-{side.name.lower()}" for side in sides)
    goes_on = _prepare(folder / OPEN, training, (base, head), fresh=fresh)
    for side, run in zip(sides, (base, head), strict=True):
        watch(f"training in {side.name}")
        notes = _train(training, side, run)
        if goes_on:  # they say what has changed since the trials that were kept
            for note in notes:
                watch(f"{side.name}: {note}")
    (folder / OPEN).unlink()
    return base, head


def _prepare(kept: Path, training: Training, runs: Sequence[Path], *, fresh: bool) -> bool:
    """Return whether this training was interrupted and goes on; discard the runs if not.

    kept: the file of what is being trained.
    """
    asked = encode(training, order="sorted")
    if not fresh and kept.exists() and kept.read_bytes() == asked:
        return True
    try:
        for run in runs:
            if run.exists():
                shutil.rmtree(run)
        write_atomically(kept, asked)
    except OSError as error:
        reason = error.strerror or error
        raise RnnbenchError(f"{kept.parent}: cannot be written: {reason}") from None
    return False


def _train(training: Training, environment: Environment, output: Path) -> list[str]:
    """Run the suite in an environment, without its times, and return the notes that it printed.

    Trials that the folder has are kept. Raises RnnbenchError where the run did not come to its end.
    """
    arguments: list[str] = []
    for cell in training.cells:
        arguments += ["--cell", cell]
    for setting in (*training.settings, COUNTED):
        arguments += ["--set", setting]
    command = environment.command(
        *("-m", "rnnbench", "run", "suite", training.suite),
        *("-o", str(output.absolute()), "--quiet", "--no-check", *arguments),
    )
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=clean_variables(),
    )
    if done.returncode not in RAN:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        ending = lines[-1] if lines else f"code {done.returncode}"
        raise RnnbenchError(f"{environment.name} cannot train the suite: {ending.rstrip('.')}")
    return done.stderr.strip().splitlines()
