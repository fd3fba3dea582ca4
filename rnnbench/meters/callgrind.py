"""Instructions, counted by valgrind: two runs of the same work agree to a small part of a per
mille."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import torch

VALGRIND = "valgrind"
TOTALS = re.compile(r"^totals: (\d+)", re.MULTILINE)
REASON_KEPT = 300


def no_valgrind() -> str:
    """Why instructions cannot be counted here; "" where they can."""
    if which(VALGRIND) is None:
        return "instructions are counted by valgrind, which is not installed"
    if not torch._C._valgrind_supported_platform():
        return "this build of torch cannot talk to valgrind"
    return ""


def count_calls(command: Sequence[str]) -> list[int]:
    """Instructions of each call that the program of this command made through `counted`, in their
    order.

    Its files lie in the working folder, which goes with the trial, however that ends.
    The program runs some fifty times slower than without. Raises RuntimeError where it fails.
    """
    with TemporaryDirectory(prefix="rnnbench-callgrind-", dir=Path.cwd()) as folder:
        tool = [
            VALGRIND,
            "--tool=callgrind",
            f"--callgrind-out-file={folder}/out",
            "--collect-atstart=no",
        ]
        path = os.pathsep.join(filter(None, sys.path))  # it sees the same plugins
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [*tool, *command], capture_output=True, text=True, env=environment, check=False
        )
        if done.returncode != 0:
            said = [
                line
                for line in done.stderr.splitlines()
                if line.strip() and not line.startswith("==")
            ]
            last = said[-1] if said else "no word"
            raise RuntimeError(
                f"under valgrind it ended with {done.returncode}: {last[:REASON_KEPT]}"
            )
        dumps = sorted(
            Path(folder).glob("out.*"), key=lambda path: int(path.suffix.removeprefix("."))
        )
        return [int(found[1]) for path in dumps if (found := TOTALS.search(path.read_text()))]


def counted(call: Callable[[], object]) -> None:
    """Make a call whose instructions count, in a program that runs under valgrind; one that raises
    has a count too."""
    torch._C._valgrind_toggle()
    try:
        call()
    finally:
        torch._C._valgrind_toggle_and_dump_stats()
