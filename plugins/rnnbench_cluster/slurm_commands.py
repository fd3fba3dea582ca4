"""Calls of the commands of SLURM, and their error messages in one line."""

import os
import shutil
import subprocess

import rnnbench

COMMANDS = ("sbatch", "srun", "squeue", "scancel")
ANSWER_SECONDS = 60.0
"""Seconds within which a command must end."""
MESSAGE_CHARACTERS = 300
"""Characters after which an error message is cut off."""


def require_commands() -> None:
    """Raise RnnbenchError where this machine lacks a command that submits or follows jobs."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        raise rnnbench.RnnbenchError(
            "the executor 'slurm' needs a machine from which jobs are submitted; this one lacks"
            f" {', '.join(missing)}"
        )


def run_command(command: str, *arguments: str) -> str:
    """Return the standard output of a command of SLURM.

    Environment variables that set the command's options, such as SQUEUE_FORMAT, are left out.
    Raises RnnbenchError where the command fails or does not end in time.
    """
    prefix = f"{command.upper()}_"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
    try:
        done = subprocess.run(
            [command, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise rnnbench.RnnbenchError(f"{command}: {error}") from error
    if done.returncode:
        raise rnnbench.RnnbenchError(f"{command}: {one_line(done.stderr)}")
    return done.stdout


def one_line(output: str) -> str:
    """Return the different errors that a command of SLURM printed, joined into one line."""
    lines = [line.partition("error: ")[2] or line for line in output.strip().splitlines()]
    return "; ".join(dict.fromkeys(lines))[:MESSAGE_CHARACTERS] or "failed without a message"
