"""A suite of seconds, run from a command line of its own."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil

from rnnbench.campaign import ExecutorChoice, Progress, run_suite
from rnnbench.catalogue import Catalogue
from rnnbench.records import Result, Suite, trial_id
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite
from tests.builders.forked import SERVER_NAME

TINY = """
version = 1
summary = "made for a test"
cells = ["rnn", "gru"]
seeds = {seeds}
[recipe]
tune = false
parameters = 300
batch_size = 8
steps_per_epoch = {steps}
epochs = 3
validation_examples = 16
test_examples = 16
[[tasks]]
name = "adding"
horizons = [4, 6]
"""


def write_suite(folder: Path, *, seeds: int = 1, steps: int = 3, more: str = "") -> Path:
    path = folder / "tiny.toml"
    path.write_text(TINY.format(seeds=seeds, steps=steps) + more)
    return path


def run(
    suite: Path, folder: Path, *, fresh: bool = False, choices: Choices | None = None
) -> tuple[Progress, list[str]]:
    """Run in this process; the state at the end, and the ids of the trials that ran, in order."""
    catalogue = Catalogue.present()
    ran: list[str] = []

    def watch(_: Progress, result: Result | None) -> None:
        if result:
            ran.append(trial_id(result.trial))

    resolved: Suite = read_suite(str(suite), catalogue, choices or Choices())
    place = ExecutorChoice(catalogue.executors["local"].item, jobs=2)
    return run_suite(resolved, catalogue, Store(folder), place, fresh=fresh, watch=watch), ran


def command(suite: Path, folder: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "rnnbench",
        "run",
        "suite",
        str(suite),
        "-o",
        str(folder),
        "-j",
        "2",
    ]


def learning_figures(folder: Path) -> dict[str, bytes]:
    return {trial_id(r.trial): msgspec.json.encode(r.learning) for r in Store(folder).read()}


def is_trial(process: psutil.Process) -> bool:
    """Whether this is a child of a server that forks trials, with a group of its own."""
    with suppress(psutil.Error, ProcessLookupError):
        parent = psutil.Process(process.ppid())
        is_server = parent.name() == SERVER_NAME or "rnnbench.executors.server" in " ".join(
            parent.cmdline()
        )
        return is_server and os.getpgid(process.pid) == process.pid
    return False


def wait_until(condition: object, seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
