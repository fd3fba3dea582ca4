"""The store: one JSON file a result, written so that it is there whole or not at all."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
from filelock import FileLock, Timeout

from rnnbench.errors import RnnbenchError
from rnnbench.records import Result, trial_id
from rnnbench.records.result import FORMAT


class Store:
    """The results in a run's folder, `<folder>/trials/<id>.json`.

    The file is the completion marker: it is written under a temporary name, synced, and renamed. What cannot be read
    is named in `unreadable` and counts as not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trials = folder / "trials"
        self.unreadable: dict[Path, str] = {}

    def prepare(self) -> None:
        """Make the folder. Raises RnnbenchError where it cannot be written."""
        try:
            self.trials.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.trials):
                pass
        except OSError as error:
            raise RnnbenchError(f"{self.folder}: cannot be written: {error.strerror or error}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from running trials into this folder; the lock ends with its process, however that ends.

        Raises RnnbenchError, naming the process that has it.
        """
        holder = self.folder / ".lock-holder"
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            who = holder.read_text() if holder.exists() else "another process"
            raise RnnbenchError(
                f"{self.folder}: {who} is running trials into this folder; wait, or choose -o"
            ) from None
        with lock:
            holder.write_text(f"process {os.getpid()} on {platform.node()}")
            try:
                yield
            finally:
                lock.release()

    def path(self, identity: str) -> Path:
        """Where the result of the trial of this id is kept."""
        return self.trials / f"{identity}.json"

    def write(self, result: Result) -> Path:
        """Keep a result, replacing an older one of the same trial."""
        path = self.path(trial_id(result.trial))
        content = msgspec.json.format(msgspec.json.encode(result, order="sorted"), indent=1)
        write_atomically(path, content)
        return path

    def read(self) -> Iterator[Result]:
        """All results that are there and whole, in the order of their names."""
        self.unreadable.clear()
        for path in sorted(self.trials.glob("*.json")):
            try:
                result = msgspec.json.decode(path.read_bytes(), type=Result)
            except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
                self.unreadable[path] = str(error)
                continue
            if result.format != FORMAT:
                self.unreadable[path] = f"has format {result.format}; this version reads {FORMAT}"
                continue
            yield result


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a machine that loses power, sees the old one or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
