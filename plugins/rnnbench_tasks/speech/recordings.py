"""Recordings: the frames of every clip of synthetic speech, made once on each machine and kept.

They are kept in rnnbench's home, $RNNBENCH_HOME or the platform's user cache. The name of the file
depends on all that determines them: the synthesiser's version, the clips, and the settings of their
frames.
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

SYNTHESISER = "espeakng-loader"
VERSION = "0.2.4"
INSTALL = "install rnnbench[speech]"
FORMAT = 1
"""Raise this number when a change of the code gives other frames for the same clips."""
DIGESTS = {("Linux", "x86_64"): "736d18ca0cfcbefbc9c787d0b182ae9733a78f8d05a55b518131978877b1bbe3"}
"""SHA-256 of frames and lengths by platform; other builds of the library may round otherwise."""
LOCK_SECONDS = 300
SYNTHESIS_SECONDS = 300
Array = NDArray[Any]


def read_recordings() -> list[Array]:
    """Return the frames of each clip in the order of `spoken.clips()`, (T, bands) uint8.

    Recordings that are missing are made now. Raises DataUnavailable where that is not possible.
    """
    path = place()
    if not path.is_file():
        _check_synthesiser()
        _keep(path)
    with np.load(path) as kept:
        frames = kept["frames"]
        lengths = kept["lengths"]
    _check(path, sha256(frames.tobytes() + lengths.tobytes()).hexdigest())
    return np.split(frames, np.cumsum(lengths)[:-1])


def place() -> Path:
    """Return the path of the file for the frames, which may not exist yet."""
    chosen = os.environ.get("RNNBENCH_HOME")
    if not chosen:
        from platformdirs import user_cache_path  # only where no folder is named

    home = Path(chosen) if chosen else user_cache_path("rnnbench")
    return home / "speech" / f"{SYNTHESISER}-{VERSION}-{_recipe()}.npz"


def _recipe() -> str:
    """Return a digest of the clips and of the settings of their frames."""
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
    """Make the recordings in a fresh process, and keep them at this path.

    The file is either complete or absent, and only one process makes it.
    """
    from filelock import FileLock  # only where recordings are made

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
        written = done.stderr.strip().splitlines()
        reason = written[-1] if written else f"exit status {done.returncode}"
        raise rnnbench.DataUnavailable(
            f"{SYNTHESISER} {VERSION} cannot synthesise speech: {reason}"
        )


def _check(path: Path, digest: str) -> None:
    """Raise DataUnavailable where recordings have another digest than expected.

    Where the platform has no digest in DIGESTS, the digest of the first reading is noted and
    expected later.
    """
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
