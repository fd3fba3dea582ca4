"""Command lines of this interpreter."""

import subprocess
from pathlib import Path

from rnnbench.interpreter import python


def test_a_file_in_the_working_folder_is_not_imported_in_place_of_a_module(tmp_path: Path) -> None:
    """Neither with `-c` nor with `-m`."""
    (tmp_path / "json.py").write_text("raise SystemExit(7)")
    for arguments in (["-c", "import json"], ["-m", "json.tool", "--help"]):
        done = subprocess.run(python(*arguments), cwd=tmp_path, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
