"""Judges commits by `rnnbench ab`, which measures both side by side."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from rnnbench.compare import Change, Kind, Ruling
from rnnbench.errors import RnnbenchError
from rnnbench.history.bisect import Judge, Judgement

PROGRAM = (sys.executable, "-P", "-m", "rnnbench")
USAGE = 2
INTERRUPTED = 130
SEARCHED: tuple[Kind, ...] = ("time", "learning")
"""Kinds of figures by which a commit is worse; learning is measured where `--learning` asks."""
FILES = ("--policy", "--markdown", "--junit")
"""Options of `ab` whose value is a file."""


def ab_judge(
    suite: str,
    checkout: Path,
    output: Path,
    options: Sequence[str] = (),
    program: Sequence[str] = PROGRAM,
    say: Callable[[str], object] = str,
) -> Judge:
    """Return a judge that runs `rnnbench ab SUITE --base-ref GOOD --head-ref COMMIT --json`.

    It raises RnnbenchError where `ab` refuses its arguments, and KeyboardInterrupt where `ab` was
    interrupted.

    checkout: a folder in the git checkout that has the commits; `ab` runs there.
    output:   each pair of commits gets a folder in it.
    options:  further options of `ab`; paths are those of the working folder.
    say:      hears the ruling on each commit.
    """
    of_checkout = _resolved(suite, options)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", Path(suite).stem)

    def judge(base: str, head: str) -> Judgement:
        refs = ("--base-ref", base, "--head-ref", head)
        folder = output.resolve() / f"{name}-{base}-{head}"
        command = [*program, "ab", *of_checkout, *refs, "-o", str(folder), "--json"]
        done = subprocess.run(command, cwd=checkout, stdout=subprocess.PIPE, check=False)
        ruling = ruling_of(done.returncode, done.stdout, head)
        if ruling is None:
            return "undecided"
        say(f"{head}: {ruling.sentence}")
        return judgement_of(ruling)

    return judge


def ruling_of(code: int, printed: bytes, head: str) -> Ruling | None:
    """Return the ruling that `ab` printed; None where it could not measure, as where a commit
    cannot be installed.

    code: with which it exited.
    """
    if code == USAGE:
        raise RnnbenchError(
            f"{head}: `rnnbench ab` refused to measure it, for the reason that it printed"
        )
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    try:
        return msgspec.json.decode(printed, type=Ruling)
    except msgspec.DecodeError:
        return None


def judgement_of(ruling: Ruling) -> Judgement:
    """Return what a ruling says of a commit.

    Times and learning alone can be worse. Where they are not, a commit is undecided if one of them
    was, if a cell failed or is missing, or if nothing was compared. What else differs, as last bits
    do, is not what is searched for.
    """
    if any(change.kind in SEARCHED for change in ruling.worse):
        return "worse"
    if ruling.caveats or ruling.verdict == "nothing to compare":
        return "undecided"
    if any(_is_open(change) for change in (*ruling.worse, *ruling.undecided)):
        return "undecided"
    return "same"


def _is_open(change: Change) -> bool:
    return change.kind == "outcome" or change.kind in SEARCHED


def _resolved(suite: str, options: Sequence[str]) -> list[str]:
    """Return the suite and the options with the paths of files as they are seen from anywhere."""
    is_file = suite.endswith(".toml") or "/" in suite
    words = [_absolute(suite) if is_file else suite]
    before = ""
    for word in options:
        name, equals, value = word.partition("=")
        if before in FILES:
            words.append(_absolute(word))
        elif equals and name in FILES:
            words.append(f"{name}={_absolute(value)}")
        else:
            words.append(word)
        before = word
    return words


def _absolute(path: str) -> str:
    return str(Path(path).resolve())
