"""A real SLURM of one node on loopback, for tests: munged, slurmctld and slurmd as children, all
files in a folder.

By hand: `python -m tests.cluster.one_node_slurm`. It needs root and Debian's slurm-wlm and munge; a
SLURM or munge that the machine runs itself is not touched. Memory is handed out but not enforced:
there are no cgroups.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cluster.configuration import CannotStart, cgroup_plugin, write_configuration

__all__ = ["CannotStart", "one_node_slurm"]

PATIENCE_SECONDS = 120
ANSWER_SECONDS = 5
"""How long sinfo may take; where nobody answers, it goes on asking by itself."""


@contextmanager
def one_node_slurm(folder: Path) -> Iterator[dict[str, str]]:
    """A cluster that runs while the context does; with it end all its jobs, in whatever state.

    folder: where its configuration, state and logs go; made where there is none, kept afterwards,
            one cluster each.
    yields: what its clients need in their environment.
    raises: CannotStart
    """
    programs = find_programs()
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        "SLURM_CONF": str(write_configuration(folder, cgroup_plugin(programs["slurmd"])))
    }
    # A test may itself run as a job of another SLURM.
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLURM", "SBATCH"))
    }
    with (folder / "daemons.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("keeper.py")],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=clean | environment,
            start_new_session=True,
        )
    try:
        start_daemons(keeper, programs, folder, clean | environment)
        yield environment
    finally:
        keeper.terminate()
        with suppress(BrokenPipeError):
            keeper.communicate(timeout=PATIENCE_SECONDS)


def find_programs() -> dict[str, str]:
    """Where the programs are that are started here; clients only have to be there."""
    if os.geteuid() != 0:
        raise CannotStart("SLURM's daemons need root")
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
    found = {
        name: shutil.which(name, path=path)
        for name in ("munged", "slurmctld", "slurmd", "sbatch", "sinfo")
    }
    if missing := [name for name, place in found.items() if place is None]:
        raise CannotStart(f"not installed: {', '.join(missing)}")
    return {name: place for name, place in found.items() if place}


def start_daemons(
    keeper: subprocess.Popen[bytes],
    programs: Mapping[str, str],
    folder: Path,
    environment: Mapping[str, str],
) -> None:
    """Have the keeper start the daemons; return when the node is idle. raises: CannotStart"""
    deadline = time.monotonic() + PATIENCE_SECONDS
    munge_socket = folder / "munge.socket"
    munge_socket.unlink(missing_ok=True)
    files = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "log", "pid", "seed")]
    tell(
        keeper, [programs["munged"], "--foreground", "--force", f"--socket={munge_socket}", *files]
    )
    wait_until(munge_socket.is_socket, "munged has no socket", keeper, folder, deadline)
    tell(keeper, [programs["slurmctld"], "-D"])
    tell(keeper, [programs["slurmd"], "-D"])

    def idle() -> bool:
        command = [programs["sinfo"], "--noheader", "--format=%T"]
        with suppress(subprocess.TimeoutExpired):
            asked = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=ANSWER_SECONDS
            )
            return asked.stdout.strip() == "idle"
        return False

    wait_until(idle, "the node is not idle", keeper, folder, deadline)


def tell(keeper: subprocess.Popen[bytes], command: list[str]) -> None:
    """Give the keeper a command to start."""
    assert keeper.stdin is not None
    with suppress(BrokenPipeError):  # It has ended: whoever waits sees that, and knows what to say.
        keeper.stdin.write(json.dumps(command).encode() + b"\n")
        keeper.stdin.flush()


def wait_until(
    happened: Callable[[], bool],
    failure: str,
    keeper: subprocess.Popen[bytes],
    folder: Path,
    deadline: float,
) -> None:
    """Wait for something. raises: CannotStart when the time is over or a daemon has ended, with the
    end of the logs."""
    while not happened():
        if keeper.poll() is not None:
            raise CannotStart(f"a daemon ended by itself: {last_words(folder)}")
        if time.monotonic() > deadline:
            raise CannotStart(f"{failure} after {PATIENCE_SECONDS} seconds: {last_words(folder)}")
        time.sleep(0.05)


def last_words(folder: Path, lines: int = 5) -> str:
    """The end of each log."""
    words = ""
    for path in sorted(folder.glob("*.log")):
        for line in path.read_text(errors="replace").splitlines()[-lines:]:
            words += f"\n{path.name}: {line}"
    return words


def main() -> None:
    """Run one until stdin ends or Ctrl-C."""
    with suppress(KeyboardInterrupt), TemporaryDirectory(prefix="slurm-") as folder:
        try:
            with one_node_slurm(Path(folder)) as environment:
                for name, value in environment.items():
                    sys.stdout.write(f"export {name}={value}\n")
                sys.stdout.flush()
                sys.stdin.read()
        except CannotStart as reason:
            sys.exit(f"There can be no SLURM here: {reason}")


if __name__ == "__main__":
    main()
