"""The store of results: one JSON file each, which is complete or does not exist."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic, sleep

import msgspec
from filelock import FileLock, Timeout

from rnnbench import text
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import (
    PREDICTIONS_FOLDER,
    WEIGHTS_FOLDER,
    Result,
    Trial,
    encode,
    predictions_file,
    trial_id,
    weights_file,
)
from rnnbench.store.atomic import write_atomically
from rnnbench.store.reading import UNREADABLE, problem_of, whole

NAMES_SHOWN = 8
HOLDER_SECONDS = 2.0


class Store:
    """The results in a run's folder, `<folder>/trials/<id>.json`, and the folder of weights.

    The file is the completion marker: it is written under a temporary name, synced, and renamed. A
    file that cannot be read is listed in `unreadable` and counts as missing; `repair` moves it
    aside.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trials = folder / "trials"
        self.weights = folder / WEIGHTS_FOLDER
        self.predictions = folder / PREDICTIONS_FOLDER
        self.unreadable: dict[Path, str] = {}

    def prepare(self) -> None:
        """Create the folder. Raises RnnbenchError where it cannot be written."""
        try:
            self.trials.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.trials):
                pass
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from running trials into this folder; the lock ends with its
        process.

        Raises RnnbenchError, which names the process that holds the lock.
        """
        holder = self.folder / ".lock-holder"
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise RnnbenchError(
                f"{self.folder}: {_holder_named_in(holder)} is running trials into this folder;"
                " wait, or choose -o"
            ) from None
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        with lock:
            try:
                holder.write_text(f"process {os.getpid()} on {platform.node()}")
            except OSError as error:
                raise _unwritable(self.folder, error) from error
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)

    def repair(self) -> list[str]:
        """Move damaged results aside and remove half-written files; return sentences on both.

        Damaged results are those that the last reading found. The caller must hold the lock.
        """
        return [*self._move_damaged_aside(), *self._remove_parts()]

    def _move_damaged_aside(self) -> Iterator[str]:
        for path, problem in self.unreadable.items():
            aside = _free(path.with_suffix(".damaged"))
            path.replace(aside)
            yield (
                f"{path.name} cannot be read ({problem}); it is now {aside.name}, and the trial"
                " counts as not run"
            )

    def _remove_parts(self) -> Iterator[str]:
        parts: list[Path] = []
        for folder in (
            self.trials,
            self.weights,
            self.predictions,
            self.folder / "checkpoints",
            self.folder / "looks",
        ):
            parts += folder.glob(".*.part")
        for part in parts:
            part.unlink(missing_ok=True)
        if parts:
            yield f"removed {len(parts)} half-written files of a run that was cut off"

    def path(self, identity: str) -> Path:
        """Return the file of the result of the trial with this id."""
        return self.trials / f"{identity}.json"

    def write(self, result: Result) -> Path:
        """Write a result in place of an older one of the same trial. Raises RnnbenchError on a full
        disk."""
        path = self.path(trial_id(result.trial))
        content = msgspec.json.format(encode(result, order="sorted"), indent=1)
        try:
            write_atomically(path, content)
        except OSError as error:
            raise RnnbenchError(
                f"{path}: cannot be written: {text.sentence(error.strerror or str(error))} What"
                " finished before is kept; once there is room, the same command goes on from there"
            ) from error
        return path

    def discard(self, trial: Trial) -> None:
        """Remove the result of a trial, and the weights and the predictions of its model."""
        self.path(trial_id(trial)).unlink(missing_ok=True)
        weights_file(self.weights, trial).unlink(missing_ok=True)
        predictions_file(self.predictions, trial).unlink(missing_ok=True)

    def find(self, identity: str) -> Result:
        """Read the result whose id is this, or begins or ends with it.

        Raises RnnbenchError where there is none, or several.
        """
        ids = [path.stem for path in sorted(self.trials.glob("*.json"))]
        matches = [name for name in ids if name == identity]
        if not matches:
            matches = [n for n in ids if n.startswith(identity) or n.endswith(identity)]
        if not matches:
            raise UnknownName("trial", identity, ids[:NAMES_SHOWN], str(self.folder))
        if len(matches) > 1:
            raise RnnbenchError(
                f"{self.folder}: '{identity}' may be {', '.join(matches[:NAMES_SHOWN])}"
            )
        path = self.path(matches[0])
        try:
            return whole(path)
        except UNREADABLE as error:
            raise RnnbenchError(f"{path}: cannot be read: {problem_of(error)}") from error

    def read(self) -> Iterator[Result]:
        """Yield all readable results, in the order of their names.

        Raises NewerFormat where a later version wrote one: the folder belongs to that version.
        """
        self.unreadable.clear()
        for path in sorted(self.trials.glob("*.json"), key=lambda path: path.name):
            try:
                yield whole(path)
            except UNREADABLE as error:
                self.unreadable[path] = problem_of(error)


def _free(path: Path) -> Path:
    """Return a path that does not exist yet, so that nothing that was moved is overwritten."""
    if not path.exists():
        return path
    candidates = (path.with_name(f"{path.name}.{number}") for number in count(2))
    return next(candidate for candidate in candidates if not candidate.exists())


def _holder_named_in(file: Path) -> str:
    """Return the holder of the lock, which writes its name into this file after locking."""
    deadline = monotonic() + HOLDER_SECONDS
    while monotonic() < deadline:
        with suppress(OSError):
            name = file.read_text()
            if name:
                return name
        sleep(0.05)
    return "another process"


def _unwritable(folder: Path, error: OSError) -> RnnbenchError:
    return RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}")
