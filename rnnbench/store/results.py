"""The store: one JSON file a result, written so that it is there whole or not at all."""

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

from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import Result, Trial, encode, trial_id
from rnnbench.store.atomic import write_atomically
from rnnbench.store.reading import UNREADABLE, problem_of, whole

NAMES_SHOWN = 8
HOLDER_SECONDS = 2.0


class Store:
    """The results in a run's folder, `<folder>/trials/<id>.json`.

    The file is the completion marker: it is written under a temporary name, synced, and renamed.
    What cannot be read is named in `unreadable` and counts as not there; `repair` puts it aside.
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
            raise _unwritable(self.folder, error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from running trials into this folder; the lock ends with its process, however
        that ends.

        Raises RnnbenchError, naming the process that has it.
        """
        holder = self.folder / ".lock-holder"
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise RnnbenchError(
                f"{self.folder}: {_who(holder)} is running trials into this folder; wait, or"
                " choose -o"
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
        """Put aside what the last reading found damaged and remove what was half-written; sentences
        that say so.

        For who holds the lock.
        """
        told = []
        for path, problem in self.unreadable.items():
            aside = _free(path.with_suffix(".damaged"))
            path.replace(aside)
            told.append(
                f"{path.name} cannot be read ({problem}); it is now {aside.name}, and the trial"
                " counts as not run"
            )
        parts = [
            part
            for folder in (self.trials, self.folder / "checkpoints", self.folder / "looks")
            for part in folder.glob(".*.part")
        ]
        for part in parts:
            part.unlink(missing_ok=True)
        if parts:
            told.append(f"removed {len(parts)} half-written files of a run that was cut off")
        return told

    def path(self, identity: str) -> Path:
        """Where the result of the trial of this id is kept."""
        return self.trials / f"{identity}.json"

    def write(self, result: Result) -> Path:
        """Keep a result, replacing an older one of the same trial. Raises RnnbenchError where the
        disk is full."""
        path = self.path(trial_id(result.trial))
        content = msgspec.json.format(encode(result, order="sorted"), indent=1)
        try:
            write_atomically(path, content)
        except OSError as error:
            raise RnnbenchError(
                f"{path}: cannot be written: {error.strerror or error}. What finished before is"
                " kept; once there is room, the same command goes on from there"
            ) from error
        return path

    def discard(self, trial: Trial) -> None:
        """Remove the result of a trial."""
        self.path(trial_id(trial)).unlink(missing_ok=True)

    def find(self, identity: str) -> Result:
        """The result whose id this is, or begins or ends so. Raises RnnbenchError where there is
        none, or several."""
        ids = [path.stem for path in sorted(self.trials.glob("*.json"))]
        fits = [name for name in ids if name == identity] or [
            name for name in ids if name.startswith(identity) or name.endswith(identity)
        ]
        if not fits:
            raise UnknownName("trial", identity, ids[:NAMES_SHOWN], str(self.folder))
        if len(fits) > 1:
            raise RnnbenchError(
                f"{self.folder}: '{identity}' may be {', '.join(fits[:NAMES_SHOWN])}"
            )
        try:
            return whole(self.path(fits[0]))
        except UNREADABLE as error:
            raise RnnbenchError(
                f"{self.path(fits[0])}: cannot be read: {problem_of(error)}."
            ) from error

    def read(self) -> Iterator[Result]:
        """All results that are there and whole, in the order of their names.

        Raises NewerFormat where there is one that a later version wrote: the folder is that
        version's.
        """
        self.unreadable.clear()
        for path in sorted(self.trials.glob("*.json")):
            try:
                yield whole(path)
            except UNREADABLE as error:
                self.unreadable[path] = problem_of(error)


def _free(path: Path) -> Path:
    """A name that is not taken, for nothing that was put aside is overwritten."""
    if not path.exists():
        return path
    return next(
        other for n in count(2) if not (other := path.with_name(f"{path.name}.{n}")).exists()
    )


def _who(holder: Path) -> str:
    """Who has the folder, by its own word, which comes a moment after the lock."""
    deadline = monotonic() + HOLDER_SECONDS
    while monotonic() < deadline:
        with suppress(OSError):
            if words := holder.read_text():
                return words
        sleep(0.05)
    return "another process"


def _unwritable(folder: Path, error: OSError) -> RnnbenchError:
    return RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}")
