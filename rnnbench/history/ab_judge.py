"""Judges commits by `rnnbench ab`, which measures both side by side."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rnnbench.errors import RnnbenchError
from rnnbench.history.bisect import Judge, Judgement

PROGRAM = (sys.executable, "-P", "-m", "rnnbench")
PASSED = 0
USAGE = 2
REGRESSION = 3
INTERRUPTED = 130


def ab_judge(
    suite: str,
    checkout: Path,
    output: Path,
    options: Sequence[str] = (),
    program: Sequence[str] = PROGRAM,
) -> Judge:
    """Return a judge that runs `rnnbench ab SUITE --base-ref GOOD --head-ref COMMIT`.

    What `ab` prints goes to standard error. It raises RnnbenchError where `ab` refuses its
    arguments, and KeyboardInterrupt where `ab` was interrupted.

    checkout: a folder in the git checkout that has the commits.
    output:   each commit gets a folder in it.
    options:  further options of `ab`.
    """

    def judge(base: str, head: str) -> Judgement:
        refs = ("--base-ref", base, "--head-ref", head)
        folder = output.resolve() / head
        command = [*program, "ab", suite, *refs, "-o", str(folder), *options]
        code = subprocess.run(command, cwd=checkout, stdout=sys.stderr, check=False).returncode
        return judgement_of(code, head)

    return judge


def judgement_of(code: int, head: str) -> Judgement:
    """Return what an exit code of `ab` says of a commit.

    A commit that could not be measured, as one that cannot be installed, is undecided.
    """
    if code == USAGE:
        raise RnnbenchError(
            f"{head}: `rnnbench ab` refused to measure it, for the reason that it printed"
        )
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code == REGRESSION:
        return "worse"
    return "same" if code == PASSED else "undecided"
