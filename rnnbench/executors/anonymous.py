"""Files without a name: nothing but an open descriptor leads to them, and they are gone with the
last one."""

import fcntl
import os
from contextlib import suppress
from tempfile import TemporaryFile

from rnnbench.executors.child_request import SharedFiles
from rnnbench.executors.scratch import unusable_folder

READ_AT_ONCE = 2**20


def open_shared_files() -> SharedFiles:
    """The files of one trial. Raises RnnbenchError where the folder for temporary files takes
    none."""
    return SharedFiles(_on_disk(append=True), _small("result"), _small("marker"))


def read_all(file: int, most: int) -> bytes:
    """The whole content, wherever others are in it. Raises ValueError where there is more than so
    many bytes."""
    size = os.fstat(file).st_size
    if size > most:
        raise ValueError(f"it has {size:,} bytes, and {most:,} are the most that is read")
    found = b""
    while piece := os.pread(file, READ_AT_ONCE, len(found)):
        found += piece
    return found


def read_end(file: int, count: int) -> bytes:
    """The last bytes."""
    size = os.fstat(file).st_size
    return os.pread(file, count, max(0, size - count))


def write_all(file: int, content: bytes) -> None:
    """Make this the whole content."""
    os.ftruncate(file, 0)
    written = 0
    while written < len(content):
        written += os.pwrite(file, content[written:], written)


def _small(name: str) -> int:
    """A file in memory, where the system has them: a full disk then costs no result."""
    if hasattr(os, "memfd_create"):
        with suppress(OSError):
            return os.memfd_create(f"rnnbench-{name}")
    return _on_disk()


def _on_disk(*, append: bool = False) -> int:
    try:
        with TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    except OSError as error:
        raise unusable_folder(error) from error
    if append:  # several processes may print into it
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_APPEND)
    return descriptor
