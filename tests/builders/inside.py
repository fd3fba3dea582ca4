"""Commands that are typed in the process of the tests, for what only reads and renders."""

import os
import re
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from rnnbench.cli.main import main

STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def rnnbench_on_terminal(
    *arguments: str, cwd: Path, columns: int = 80
) -> subprocess.CompletedProcess[str]:
    """Type a command in this process on a terminal of this width, without colours."""
    variables = {"COLUMNS": str(columns), "LINES": "24", "TERM": "xterm", "NO_COLOR": "1"}
    with patch.dict(os.environ, variables):
        done = rnnbench_here(*arguments, cwd=cwd, stream=Terminal)
    done.stdout = STYLE.sub("", done.stdout)
    done.stderr = STYLE.sub("", done.stderr)
    return done


def rnnbench_here(
    *arguments: str, cwd: Path, stream: type[StringIO] = StringIO
) -> subprocess.CompletedProcess[str]:
    """Type a command in this process, and return what it printed and its exit code."""
    out = stream()
    err = stream()
    code: object = 0
    words = ["rnnbench", *arguments]
    with (
        chdir(cwd),
        patch.object(sys, "argv", words),
        patch.dict(os.environ, {"RNNBENCH_HOME": str(cwd / "home")}),
        patch("rnnbench.cli.main._hear_signals_to_end"),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    exit_code = code if isinstance(code, int) else 0
    return subprocess.CompletedProcess(words, exit_code, out.getvalue(), err.getvalue())
