"""Count instructions by valgrind; two runs of the same work agree to far less than a per mille."""

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
    """Return why instructions cannot be counted on this machine; "" where they can."""
    if which(VALGRIND) is None:
        return "instructions are counted by valgrind, which is not installed"
    if not torch._C._valgrind_supported_platform():
        return "this build of torch cannot talk to valgrind"
    return ""


def count_calls(command: Sequence[str]) -> list[int]:
    """Run a program under valgrind, and return the instructions of each of its `counted` calls.

    The program runs some fifty times slower than without valgrind. The files of valgrind are in the
    working folder, which is removed with the trial. Raises RuntimeError where the program fails.
    """
    with TemporaryDirectory(prefix="rnnbench-callgrind-", dir=Path.cwd()) as folder:
        tool = [
            VALGRIND,
            "--tool=callgrind",
            f"--callgrind-out-file={folder}/out",
            "--collect-atstart=no",
        ]
        done = subprocess.run(
            [*tool, *command], capture_output=True, text=True, env=_environment(), check=False
        )
        if done.returncode != 0:
            last_line = _last_line(done.stderr)
            raise RuntimeError(
                f"under valgrind it ended with {done.returncode}: {last_line[:REASON_KEPT]}"
            )
        return _read_counts(Path(folder))


def _environment() -> dict[str, str]:
    """The environment of the program, which imports from the same path as this process."""
    path = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}


def _last_line(errors: str) -> str:
    """The last line of the program itself; those of valgrind begin with "=="."""
    lines = [line for line in errors.splitlines() if line.strip() and not line.startswith("==")]
    return lines[-1] if lines else "no word"


def _read_counts(folder: Path) -> list[int]:
    """The counts of the files out.1, out.2, ..., one for each call."""
    counts = []
    for file in sorted(folder.glob("out.*"), key=_number_of):
        total = TOTALS.search(file.read_text())
        if total is not None:
            counts.append(int(total[1]))
    return counts


def _number_of(file: Path) -> int:
    return int(file.suffix.removeprefix("."))


def counted(call: Callable[[], object]) -> None:
    """Run a call whose instructions count, in a program under valgrind.

    A call that raises has a count too.
    """
    torch._C._valgrind_toggle()
    try:
        call()
    finally:
        torch._C._valgrind_toggle_and_dump_stats()
