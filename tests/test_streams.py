"""Standard output that is full, closed, gone or of a small alphabet: no traceback, no lost result,
a known code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnnbench.store import Store
from tests.builders.campaign import write_suite
from tests.builders.gate import BASELINE

RNNBENCH = f"'{sys.executable}' -m rnnbench"
LOST = 6


def shell(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A line as it is typed, with bash; its exit code is that of the first command of a pipe."""
    script = f"{command}\nexit ${{PIPESTATUS[0]}}"
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **environment},
        timeout=250,
    )


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("list cells > /dev/full", LOST),
        ("--help > /dev/full", LOST),
        ("list cells --json > /dev/full", LOST),
        (f"compare {BASELINE} {BASELINE} > /dev/full", LOST),
        (f"gate {BASELINE} {BASELINE} > /dev/full", 4),
        (f"gate {BASELINE} {BASELINE} --json > /dev/full", 4),
        ("show nothing 2> /dev/full", 2),
        ("show nothing 2>&-", 2),
        ("show nothing 2>&1 > /dev/null | true", 2),
        ("show --no-such-option 2>&1 > /dev/null | true", 2),
        ("list cells >&-", 0),
        ("list cells >&- 2>&-", 0),
        ("list cells <&- >&- 2>&-", 0),
        (f"gate {BASELINE} {BASELINE} >&-", 4),
        ("list cells | true", LOST),
        (f"gate {BASELINE} {BASELINE} --json | true", 4),
    ],
)
def test_what_cannot_be_printed_is_no_traceback_and_never_turns_a_ruling_green(
    tmp_path: Path, command: str, code: int
) -> None:
    """Code 6 where standard output could not be written and all else was fine; any other code
    stays. A stream that was closed on purpose is like one that goes nowhere."""
    if (
        "| true" in command
    ):  # the reader is gone before anything is written, and is at work meanwhile
        command = command.replace("| true", "| (exec <&-; sleep 1)")
    done = shell(f"{RNNBENCH} {command}", tmp_path)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_run_whose_output_is_lost_keeps_its_results(tmp_path: Path) -> None:
    """Both streams full: every trial is run and stored, the report is made, and the code is 6."""
    write_suite(tmp_path)
    done = shell(f"{RNNBENCH} run suite tiny.toml > /dev/full 2> /dev/full", tmp_path)
    assert done.returncode == LOST
    results = list(Store(tmp_path / "runs" / "tiny").read())
    assert len(results) == 4
    assert {result.status for result in results} == {"ok"}
    assert (tmp_path / "runs" / "tiny" / "report" / "index.html").is_file()


def test_a_run_goes_on_where_nobody_reads_what_it_remarks(tmp_path: Path) -> None:
    """As in `rnnbench run suite 2>&1 | head -1`; standard output is a file, so that the report is
    made as well."""
    write_suite(tmp_path)
    done = shell(f"{RNNBENCH} run suite tiny.toml 2>&1 > answers | (exec <&-; sleep 1)", tmp_path)
    assert done.returncode == LOST
    assert len(list(Store(tmp_path / "runs" / "tiny").read())) == 4
    assert "Report: " in (tmp_path / "answers").read_text()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_cannot_be_encoded_is_written_with_backslashes(tmp_path: Path, encoding: str) -> None:
    """No character costs an answer, and JSON stays JSON."""
    shutil.copytree(BASELINE, tmp_path / "run")
    done = shell(f"{RNNBENCH} report run", tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert ("mse ≤ 0.01" in text) == (encoding == "utf-8")
    assert ("mse \\u2264 0.01" in text) == (encoding != "utf-8")
