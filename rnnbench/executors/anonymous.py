"""Files without a name: only open descriptors lead to them, and they vanish with the last one."""

import fcntl
import os
from contextlib import suppress
from tempfile import TemporaryFile

from rnnbench.executors.child_request import SharedFiles
from rnnbench.executors.scratch import unusable_folder

READ_AT_ONCE = 2**20


def open_shared_files() -> SharedFiles:
    """Open the files of one trial.

    Raises RnnbenchError where no file can be made in the folder for temporary files.
    """
    output = _file_on_disk(append=True)
    return SharedFiles(output, _file_in_memory("result"), _file_in_memory("marker"))


def read_all(file: int, limit: int) -> bytes:
    """Return the whole content of a file, whatever its descriptors' positions are.

    Raises ValueError where it has more bytes than the limit.
    """
    size = os.fstat(file).st_size
    if size > limit:
        raise ValueError(f"it has {size:,} bytes, and {limit:,} are the most that is read")
    content = b""
    while piece := os.pread(file, READ_AT_ONCE, len(content)):
        content += piece
    return content


def read_end(file: int, count: int) -> bytes:
    """Return the last `count` bytes of a file."""
    size = os.fstat(file).st_size
    return os.pread(file, count, max(0, size - count))


def write_all(file: int, content: bytes) -> None:
    """Replace the content of a file."""
    os.ftruncate(file, 0)
    written = 0
    while written < len(content):
        written += os.pwrite(file, content[written:], written)


def _file_in_memory(name: str) -> int:
    """A file that a full disk does not affect; one on disk where the system has none in memory."""
    if hasattr(os, "memfd_create"):
        with suppress(OSError):
            return os.memfd_create(f"rnnbench-{name}")
    return _file_on_disk()


def _file_on_disk(*, append: bool = False) -> int:
    try:
        with TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    except OSError as error:
        raise unusable_folder(error) from error
    if append:  # several processes may write into it
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_APPEND)
    return descriptor
