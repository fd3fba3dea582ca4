"""The commands of SLURM, and what they print."""

import os
import shutil
import subprocess

import rnnbench

COMMANDS = ("sbatch", "srun", "squeue", "scancel")
ANSWER_SECONDS = 60.0
MESSAGE_CHARACTERS = 300


def require_commands() -> None:
    """Raise RnnbenchError where this machine cannot submit jobs."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        raise rnnbench.RnnbenchError(
            "the executor 'slurm' needs a machine from which jobs are submitted; this one lacks"
            f" {', '.join(missing)}"
        )


def run_command(command: str, *arguments: str) -> str:
    """Return the output of a command of SLURM, without the user's settings for it."""
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
    """Join the errors that a command of SLURM printed, without their prefixes."""
    lines = [line.partition("error: ")[2] or line for line in output.strip().splitlines()]
    return "; ".join(dict.fromkeys(lines))[:MESSAGE_CHARACTERS] or "failed without a word"
