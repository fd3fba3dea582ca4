"""Commands that are typed in the process of the tests, for what only reads and renders."""

import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from rnnbench.cli.main import main


def rnnbench_here(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Type a command in this process, and return what it printed and its exit code."""
    out = StringIO()
    err = StringIO()
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
