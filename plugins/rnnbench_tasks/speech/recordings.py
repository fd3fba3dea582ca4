"""Recordings: the frames of every clip of synthetic speech, made once on each machine and kept.

They are kept in rnnbench's home, $RNNBENCH_HOME or the platform's user cache, in a file whose name
carries everything that they depend on: the synthesiser's version, what is said, and how frames are
made of it.
"""

import os
import platform
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.speech import log_mel, spoken

SYNTHESISER, VERSION = "espeakng-loader", "0.2.4"
INSTALL = "install rnnbench[speech]"
FORMAT = 1
"""Raise it when a change of the code makes other frames of the same clips."""
DIGESTS = {("Linux", "x86_64"): "736d18ca0cfcbefbc9c787d0b182ae9733a78f8d05a55b518131978877b1bbe3"}
"""SHA-256 of frames and lengths, where they were heard. Other builds of the library may round
otherwise."""
LOCK_SECONDS = SYNTHESIS_SECONDS = 300
Array = NDArray[Any]


def read_recordings() -> list[Array]:
    """Frames of each clip in the order of `spoken.clips()`, (T, bands) uint8; made now if they are
    not here yet.

    Raises DataUnavailable with one sentence.
    """
    path = place()
    if not path.is_file():
        _check_synthesiser()
        _keep(path)
    with np.load(path) as kept:
        frames, lengths = kept["frames"], kept["lengths"]
    _check(path, sha256(frames.tobytes() + lengths.tobytes()).hexdigest())
    return np.split(frames, np.cumsum(lengths)[:-1])


def place() -> Path:
    """The file in which the frames are kept, or would be."""
    chosen = os.environ.get("RNNBENCH_HOME")
    if not chosen:
        from platformdirs import user_cache_path  # only where no folder is named

    home = Path(chosen) if chosen else user_cache_path("rnnbench")
    return home / "speech" / f"{SYNTHESISER}-{VERSION}-{_recipe()}.npz"


def _recipe() -> str:
    """A digest of what is said and how it is heard."""
    frames = (log_mel.BANDS, log_mel.WINDOW, log_mel.HOP)
    ranges = (log_mel.LOWEST_HZ, log_mel.HIGHEST_HZ, log_mel.QUIETEST_DB, log_mel.LOUDEST_DB)
    return sha256(repr((FORMAT, frames, ranges, spoken.clips())).encode()).hexdigest()[:12]


def _check_synthesiser() -> None:
    try:
        found = version(SYNTHESISER)
    except PackageNotFoundError:
        raise rnnbench.DataUnavailable(
            f"speech is synthesised by {SYNTHESISER}, which is missing: {INSTALL}"
        ) from None
    if found != VERSION:
        raise rnnbench.DataUnavailable(
            f"speech needs {SYNTHESISER} {VERSION}, found {found}: {INSTALL}"
        )


def _keep(path: Path) -> None:
    """Have everything said in a fresh process; the file is there whole or not at all, and one
    process makes it."""
    from filelock import FileLock  # only where something is made

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            if not path.is_file():
                with TemporaryDirectory(dir=path.parent) as folder:
                    made = Path(folder) / path.name
                    _synthesise(made)
                    made.replace(path)
    except OSError as error:
        raise rnnbench.DataUnavailable(
            f"speech cannot be kept in {path.parent}: {error.strerror or error}"
        ) from error


def _synthesise(path: Path) -> None:
    command = [sys.executable, "-P", "-m", "rnnbench_tasks.speech.synthesis", str(path)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SYNTHESIS_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise rnnbench.DataUnavailable(
            f"{SYNTHESISER} did not finish in {SYNTHESIS_SECONDS} s"
        ) from None
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise rnnbench.DataUnavailable(f"{SYNTHESISER} {VERSION} does not speak: {reason}")


def _check(path: Path, digest: str) -> None:
    """Hold what was read to what is known of it, or, elsewhere, to what it was when it was first
    read."""
    noted = path.with_suffix(".sha256")
    expected = DIGESTS.get((platform.system(), platform.machine()), "")
    if not expected and noted.is_file():
        expected = noted.read_text().strip()
    if not expected:
        noted.write_text(digest)
    elif digest != expected:
        raise rnnbench.DataUnavailable(
            f"{path}: the SHA-256 of its speech is {digest}, expected {expected}"
        )
