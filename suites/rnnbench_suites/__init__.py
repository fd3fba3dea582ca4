"""First-party suites."""

from importlib.resources import files
from pathlib import Path

import rnnbench


@rnnbench.hookimpl
def rnnbench_suites() -> list[Path]:
    """Every TOML file of this package."""
    folder = Path(str(files(__name__)))
    return sorted(folder.glob("*.toml"))


@rnnbench.hookimpl
def rnnbench_claims() -> list[Path]:
    """Claims that people repeat."""
    return [Path(str(files(__name__))) / "claims.toml"]
