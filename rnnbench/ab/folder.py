"""The folder of a paired measurement: what both environments held, and each replicate."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from rnnbench import text
from rnnbench.errors import RnnbenchError, first_line
from rnnbench.records import CostTrial, PairedReplicate, PartOfTrial, encode, trial_id
from rnnbench.store import Store, write_atomically

SIDES = "sides.json"
REPLICATES = "replicates"
MOST_NAMED = 3
Parts = tuple[PartOfTrial, ...]


class PairedFolder:
    """Replicates are kept one by one, so that the same command goes on after an interruption."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._replicates = folder / REPLICATES

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from measuring into this folder; the lock ends with its process.

        Raises RnnbenchError, which names the process that holds the lock.
        """
        try:
            self._replicates.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None
        with Store(self.folder).locked():
            yield

    def prepare(self, base: Parts, head: Parts, *, fresh: bool = False) -> None:
        """Make the folder for these environments.

        Raises RnnbenchError where it cannot be written, or holds replicates of other software.

        fresh: discard what was measured before.
        """
        sides = encode((base, head), order="sorted")
        kept = self.folder / SIDES
        try:
            if fresh:
                for file in self._replicates.glob("*.json"):
                    file.unlink()
            elif kept.exists() and (other := _difference(kept.read_bytes(), (base, head))):
                raise RnnbenchError(
                    f"{self.folder}: holds replicates of something else ({other}); give another"
                    " folder with -o, or discard them with --fresh"
                )
            write_atomically(kept, sides)
        except OSError as error:
            raise self._unwritable(error) from None

    def write(self, replicate: PairedReplicate) -> None:
        """Keep a replicate. Raises RnnbenchError on a full disk."""
        path = self._replicates / f"{trial_id(replicate.trial)}.json"
        try:
            write_atomically(path, encode(replicate, order="sorted"))
        except OSError as error:
            raise self._unwritable(error) from None

    def read(self) -> tuple[PairedReplicate, ...]:
        """Return all replicates, in the order in which they were taken.

        Raises RnnbenchError for a file that cannot be read.
        """
        replicates = []
        for path in sorted(self._replicates.glob("*.json")):
            try:
                replicates.append(msgspec.json.decode(path.read_bytes(), type=PairedReplicate))
            except (OSError, msgspec.DecodeError) as error:
                raise RnnbenchError(
                    f"{path}: cannot be read: {first_line(error)}; remove it, and it is measured"
                    " again"
                ) from None
        return tuple(sorted(replicates, key=lambda replicate: replicate.trial.round))

    def _unwritable(self, error: OSError) -> RnnbenchError:
        return RnnbenchError(f"{self.folder}: cannot be written: {error.strerror or error}")


def _difference(kept: bytes, now: tuple[Parts, Parts]) -> str:
    """What differs between the environments that are kept and those of now; "" where they agree."""
    try:
        before = msgspec.json.decode(kept, type=tuple[Parts, Parts])
    except msgspec.DecodeError:
        return f"{SIDES} cannot be read"
    for name, then, side in zip(("BASE", "HEAD"), before, now, strict=True):
        if [part.trial for part in then] != [part.trial for part in side]:
            return f"other cells or settings of the suite, in {name}"
        for old, new in zip(then, side, strict=True):
            changed = _changed(_software(old), _software(new))
            if changed:
                return f"{name} has another {text.listed(changed, MOST_NAMED)}"
    return ""


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {**old, **new} if old.get(name) != new.get(name))


def _software(part: PartOfTrial) -> dict[str, str]:
    """What the times of an environment depend on, by name."""
    found = part.provenance
    sources = {f"source of {name}": hashed for name, hashed in found.definitions.items()}
    machine = {"processor": found.machine.processor, "processor's model": found.machine.model}
    return {**found.versions, **sources, **machine, **(found.variables or {})}


def of_measurement(
    replicates: Sequence[PairedReplicate], first: CostTrial
) -> tuple[PairedReplicate, ...]:
    """Return the replicates of one measurement at one shape."""
    key = (first.measurement, first.shape)
    return tuple(
        replicate
        for replicate in replicates
        if (replicate.trial.measurement, replicate.trial.shape) == key
    )
