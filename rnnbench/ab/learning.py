"""Trains the learning trials of a suite in both environments, under the same seeds."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from rnnbench.ab.environment import Environment
from rnnbench.ab.side import clean_variables
from rnnbench.errors import RnnbenchError

COUNTED = 'cost.measure=["operations", "peak-memory"]'
"""Beside the training, what is no time is measured."""
RAN = (0, 1, 5)
"""Exit codes of a run that has come to its end."""


def train(
    environment: Environment,
    suite: Path,
    output: Path,
    settings: Sequence[str],
    cells: Sequence[str] = (),
) -> None:
    """Run a suite anew in an environment, into a folder, without its times.

    Raises RnnbenchError where the run did not come to its end.

    suite:    its file, the same for both environments.
    settings: keys of the suite that are set, `KEY=V`.
    cells:    those of them that are trained; all of the suite where none is named.
    """
    arguments: list[str] = []
    for cell in cells:
        arguments += ["--cell", cell]
    for setting in (*settings, COUNTED):
        arguments += ["--set", setting]
    command = environment.command(
        *("-m", "rnnbench", "run", "suite", str(suite.absolute())),
        *("-o", str(output.absolute()), "--fresh", "--no-check", *arguments),
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
