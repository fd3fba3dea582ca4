"""What was found on a user's file, kept in the folder of its run as `tryout.json`."""

from pathlib import Path

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.findings import Tryout
from rnnbench.store import read_records, write_atomically

FILE = "tryout.json"


def kept_tryout(folder: Path) -> Tryout | None:
    """Return what was found, where the run is one of a user's file. Raises RnnbenchError where it
    cannot be read."""
    kept = read_records(folder / FILE, Tryout)
    return kept[0] if kept else None


def keep_tryout(folder: Path, tryout: Tryout) -> None:
    """Write what was found. Raises RnnbenchError where that fails."""
    content = msgspec.json.format(msgspec.json.encode([tryout]), indent=1)
    try:
        write_atomically(folder / FILE, content)
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
