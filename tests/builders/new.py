"""Projects of plugin authors."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile


def run(*command: object, folder: Path, site: Path | None = None) -> str:
    """What a command prints, with the distributions of `site` on its path; a failure with all that
    it said."""
    environment = {**os.environ, **({"PYTHONPATH": str(site)} if site else {})}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def installed(project: Path, folder: Path) -> Path:
    """A folder with the wheel of the project unpacked in it, as pip would, for the path."""
    run(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        folder / "dist",
        folder=project,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    ZipFile(wheel).extractall(folder / "site")
    return folder / "site"
