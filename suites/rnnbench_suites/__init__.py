"""First-party suites and claims."""

from importlib.resources import files
from pathlib import Path

import rnnbench


@rnnbench.hookimpl
def rnnbench_suites() -> list[Path]:
    """Return all TOML files of this package."""
    folder = Path(str(files(__name__)))
    return sorted(folder.glob("*.toml"))


@rnnbench.hookimpl
def rnnbench_claims() -> list[Path]:
    """Return the file with the claims that people repeat."""
    return [Path(str(files(__name__))) / "claims.toml"]
