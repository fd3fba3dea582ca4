"""Commands, typed in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path


def rnnbench(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command; plugins of the test are on the path."""
    paths = os.pathsep.join([path for path in sys.path if path])
    return subprocess.run(
        [sys.executable, "-m", "rnnbench", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": paths, "RNNBENCH_HOME": str(cwd / "home"), **environment},
    )
