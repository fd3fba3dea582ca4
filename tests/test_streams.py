"""Standard output that is full, closed, gone or of a small alphabet: no traceback, no lost result,
a known code."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rnnbench.store import Store
from tests.builders.campaign import write_suite
from tests.builders.cli import start
from tests.builders.gate import BASELINE
from tests.builders.matrix import slow

LOST = 6
KEPT = "kept"
FULL = "/dev/full"
NOWHERE = "/dev/null"
NOBODY = "a pipe that nobody reads"
RUNS = [str(BASELINE), str(BASELINE)]
LIST = ["list", "cells"]
GATE = ["gate", *RUNS]


def typed(
    *arguments: str, cwd: Path, out: str = KEPT, err: str = KEPT, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Type a command whose standard output and error lead where these words say."""
    command = [sys.executable, "-m", "rnnbench", *arguments]
    with (
        opened(out) as stdout,
        opened(err) as stderr,
        start(command, environment, cwd=cwd, stdout=stdout, stderr=stderr) as process,
    ):
        printed, complained = process.communicate(timeout=250)
    return subprocess.CompletedProcess(command, process.returncode, printed, complained or b"")


@contextmanager
def opened(place: str) -> Iterator[int]:
    """What a command writes to; a pipe without a reader is one before the command begins."""
    if place == KEPT:
        yield subprocess.PIPE
        return
    if place == NOBODY:
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(place, os.O_WRONLY | os.O_CREAT)
    yield writer
    os.close(writer)


@pytest.mark.parametrize(
    ("arguments", "out", "err", "code"),
    [
        (LIST, FULL, KEPT, LOST),
        (["--help"], FULL, KEPT, LOST),
        ([*LIST, "--json"], FULL, KEPT, LOST),
        (["compare", *RUNS], FULL, KEPT, LOST),
        (GATE, FULL, KEPT, 4),
        ([*GATE, "--json"], FULL, KEPT, 4),
        (["show", "nothing"], KEPT, FULL, 2),
        (["show", "nothing"], NOWHERE, NOBODY, 2),
        (["show", "--no-such-option"], NOWHERE, NOBODY, 2),
        (LIST, NOBODY, KEPT, LOST),
        ([*GATE, "--json"], NOBODY, KEPT, 4),
    ],
)
def test_what_cannot_be_printed_is_no_traceback_and_never_turns_a_ruling_green(
    tmp_path: Path, arguments: list[str], out: str, err: str, code: int
) -> None:
    """Code 6 where standard output could not be written and all else was fine; any other code
    stays."""
    done = typed(*arguments, cwd=tmp_path, out=out, err=err)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("show nothing 2>&-", 2),
        slow(("list cells >&-", 0)),
        ("list cells <&- >&- 2>&-", 0),
        (f"gate {' '.join(RUNS)} >&-", 4),
    ],
)
def test_a_stream_that_was_closed_on_purpose_is_like_one_that_goes_nowhere(
    tmp_path: Path, command: str, code: int
) -> None:
    """As a shell closes it, for an interpreter of its own."""
    done = subprocess.run(
        ["bash", "-c", f"exec '{sys.executable}' -m rnnbench {command}"],
        capture_output=True,
        cwd=tmp_path,
        timeout=250,
    )
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_run_whose_output_is_lost_keeps_its_results(tmp_path: Path) -> None:
    """Both streams full: every trial is run and stored, the report is made, and the code is 6."""
    write_suite(tmp_path)
    done = typed("run", "suite", "tiny.toml", cwd=tmp_path, out=FULL, err=FULL)
    assert done.returncode == LOST
    results = list(Store(tmp_path / "runs" / "tiny").read())
    assert len(results) == 4
    assert {result.status for result in results} == {"ok"}
    assert (tmp_path / "runs" / "tiny" / "report" / "index.html").is_file()


def test_a_run_goes_on_where_nobody_reads_what_it_remarks(tmp_path: Path) -> None:
    """As in `rnnbench run suite 2>&1 > answers | true`, so that the report is made as well."""
    write_suite(tmp_path)
    answers = tmp_path / "answers"
    done = typed("run", "suite", "tiny.toml", cwd=tmp_path, out=str(answers), err=NOBODY)
    assert done.returncode == LOST
    assert len(list(Store(tmp_path / "runs" / "tiny").read())) == 4
    assert "Report: " in answers.read_text()


@pytest.mark.parametrize("encoding", ["ascii", slow("latin-1"), "utf-8"])
def test_what_cannot_be_encoded_is_written_with_backslashes(tmp_path: Path, encoding: str) -> None:
    """No character costs an answer, and JSON stays JSON."""
    shutil.copytree(BASELINE, tmp_path / "run")
    done = typed("report", "run", "-v", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert ("mse ≤ 0.01" in text) == (encoding == "utf-8")
    assert ("mse \\u2264 0.01" in text) == (encoding != "utf-8")
