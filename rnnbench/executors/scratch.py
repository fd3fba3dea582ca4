"""The folder in which trials and reports work. It carries a lock, so that those of dead drivers can
be told."""

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
    """A folder in the system's place for temporary files, held by a lock while this process lives.

    Each trial works two levels below it, so that the folder above its own is its own as well.
    """

    def __init__(self) -> None:
        self._folder, self._lock = _locked_folder()

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._folder

    def make_folder(self) -> Path:
        """A new working folder. Raises RnnbenchError where none can be made."""
        try:
            return self._make_folder()
        except FileNotFoundError:  # a trial has removed the folder of the pool
            os.close(self._lock)
            self._folder, self._lock = _locked_folder()
        except OSError as error:
            raise unusable_folder(error) from error
        return self._make_folder()

    def remove(self, working_folder: Path) -> None:
        """Remove the working folder of a trial."""
        shutil.rmtree(working_folder.parent, ignore_errors=True)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def _make_folder(self) -> Path:
        own = self._folder / uuid4().hex
        own.mkdir()
        working_folder = own / "work"
        working_folder.mkdir()
        return working_folder


def remove_abandoned() -> None:
    """Remove the folders of drivers that are dead: of this user, on this machine, with a lock that
    nobody holds."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{_prefix()}*"):
            with suppress(OSError):
                _remove_if_abandoned(folder)


def unusable_folder(error: OSError) -> RnnbenchError:
    """What to tell where the folder for temporary files cannot be used."""
    folder = tempfile.tempdir or os.environ.get("TMPDIR", "the folder for temporary files")
    return RnnbenchError(
        f"{folder}: no temporary file can be written there: {error.strerror or error}; "
        "make room, or set TMPDIR to another folder"
    )


def _prefix() -> str:
    """Temporary folders may be on a disk that several machines share, so the name tells this
    one."""
    node = re.sub(r"[^A-Za-z0-9.]", "_", platform.node())
    return f"rnnbench-pool-{node}-"


def _locked_folder() -> tuple[Path, int]:
    """A new folder, and the descriptor that locks it.

    Between the making and the locking another process may take it for abandoned; then another one
    is made.
    """
    for _ in range(ATTEMPTS):
        try:
            folder = Path(tempfile.mkdtemp(prefix=_prefix()))
            lock = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise unusable_folder(error) from error
        with suppress(
            OSError
        ):  # some network disks lock no folders; what cannot be locked is never removed
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
