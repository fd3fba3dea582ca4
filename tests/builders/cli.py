"""Commands, typed in a process of their own, which is forked from that of the tests."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.builders.forked import Popen


def rnnbench(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command, and wait for its end; plugins of the test are on the path."""
    variables = {"RNNBENCH_HOME": str(cwd / "home"), **environment}
    return call([sys.executable, "-m", "rnnbench", *arguments], cwd=cwd, env=variables)


def call(
    command: list[str], env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and keep what it prints."""
    with start(
        command, env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    ) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def start(
    command: list[str], env: Mapping[str, str] | None = None, **options: Any
) -> "subprocess.Popen[Any]":
    """Start a command and leave it at work.

    env: variables that it has besides those of this process; plugins of the test are on the path.
    """
    paths = os.pathsep.join([path for path in sys.path if path])
    options.setdefault("stdin", subprocess.DEVNULL)
    return Popen(command, env={**os.environ, "PYTHONPATH": paths, **(env or {})}, **options)
