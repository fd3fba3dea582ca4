"""The folder of a paired measurement: what both environments held, and each replicate."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError, first_line
from rnnbench.records import CostTrial, PairedReplicate, PartOfTrial, encode, trial_id
from rnnbench.store import Store, write_atomically

SIDES = "sides.json"
REPLICATES = "replicates"
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
            elif kept.exists() and not _same_software(kept.read_bytes(), (base, head)):
                raise RnnbenchError(
                    f"{self.folder}: holds replicates of other versions of these environments; give"
                    " another folder with -o, or discard them with --fresh"
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


def _same_software(kept: bytes, now: tuple[Parts, Parts]) -> bool:
    """Whether the environments that are kept are those of now; a damaged record is none of them."""
    try:
        before = msgspec.json.decode(kept, type=tuple[Parts, Parts])
    except msgspec.DecodeError:
        return False
    return [_software(side) for side in before] == [_software(side) for side in now]


def _software(parts: Parts) -> list[tuple[CostTrial, object]]:
    return [
        (
            part.trial,
            (
                part.provenance.versions,
                part.provenance.definitions,
                part.provenance.machine,
                part.provenance.variables,
            ),
        )
        for part in parts
    ]


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
