"""Hashes of files, of the modules that a contribution runs, and of the harness itself."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rnnbench.sources import digest

HARNESS = (
    "adapters",
    "contracts",
    "metric",
    "meters",
    "model",
    "runner",
    "seeds",
    "state",
    "step_cell",
    "archives",
    "generators",
    "patches",
    "switches",
    "time_distributed",
    "torch_settings",
    "training",
)
"""Packages and modules of rnnbench whose code runs in a trial."""


@cache
def harness() -> str:
    """Return a hash of the files of rnnbench that run in a trial, as of the first call."""
    root = Path(__file__).parents[1]
    files = []
    for name in HARNESS:
        files += sorted((root / name).rglob("*.py"))
        module = root / f"{name}.py"
        if module.is_file():
            files.append(module)
    lines = [f"{file.relative_to(root).as_posix()} {digest(file.read_bytes())}" for file in files]
    return digest("\n".join(lines).encode())


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def combined(modules: Mapping[str, str]) -> str:
    """Return one hash of all modules that a contribution runs; "" where none is known."""
    if not modules:
        return ""
    lines = [f"{name} {hashed}" for name, hashed in sorted(modules.items())]
    return digest("\n".join(lines).encode())
