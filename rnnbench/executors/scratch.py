"""Temporary folders for trials and reports, with a lock by which abandoned ones are recognised."""

import fcntl
import os
import platform
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from rnnbench.errors import RnnbenchError

ATTEMPTS = 10


class Scratch:
    """A folder among the system's temporary files, which this process locks while it lives.

    The working folder of a trial is two levels below, so that its parent belongs to it alone.
    """

    def __init__(self) -> None:
        self._folder, self._lock = _locked_folder()

    @property
    def path(self) -> Path:
        """The path of the folder."""
        return self._folder

    def make_folder(self) -> Path:
        """Return a new working folder; raise RnnbenchError where none can be made."""
        try:
            return self._make_folder()
        except FileNotFoundError:  # a trial has removed the whole folder
            os.close(self._lock)
            self._folder, self._lock = _locked_folder()
        except OSError as error:
            raise unusable_folder(error) from error
        return self._make_folder()

    def remove(self, working_folder: Path) -> None:
        """Remove the working folder of a trial."""
        shutil.rmtree(working_folder.parent, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder with all working folders, and unlock it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def _make_folder(self) -> Path:
        own = self._folder / uuid4().hex
        own.mkdir()
        working_folder = own / "work"
        working_folder.mkdir()
        return working_folder


def remove_abandoned() -> None:
    """Remove the folders of dead drivers: those of this user and machine without a lock."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{_prefix()}*"):
            with suppress(OSError):
                _remove_if_abandoned(folder)


def unusable_folder(error: OSError) -> RnnbenchError:
    """Return the error that reports an unusable folder for temporary files."""
    folder = tempfile.tempdir or os.environ.get("TMPDIR", "the folder for temporary files")
    return RnnbenchError(
        f"{folder}: no temporary file can be written there: {error.strerror or error}; "
        "make room, or set TMPDIR to another folder"
    )


def _prefix() -> str:
    """The beginning of the folders' names, with the machine's name, since machines share disks."""
    node = re.sub(r"[^A-Za-z0-9.]", "_", platform.node())
    return f"rnnbench-pool-{node}-"


def _locked_folder() -> tuple[Path, int]:
    """A new folder, and the descriptor that locks it.

    Another process may remove the folder before it is locked; then there is a new attempt.
    """
    for _ in range(ATTEMPTS):
        try:
            folder = Path(tempfile.mkdtemp(prefix=_prefix()))
        except OSError as error:
            raise unusable_folder(error) from error
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unusable_folder(error) from error
        # some network disks lock no folders; a folder that cannot be locked is never removed
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_SH)
        with suppress(OSError):
            if os.path.samestat(folder.stat(), os.fstat(lock)):
                return folder, lock
        os.close(lock)
    raise RnnbenchError(f"{tempfile.gettempdir()}: folders that are made there vanish at once")


def _remove_if_abandoned(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid == os.getuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
