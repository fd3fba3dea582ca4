"""First-party cells. Listing them needs no torch: each is named by its place and built when a trial
needs it."""

import rnnbench
from rnnbench_cells.specs import SPECS


@rnnbench.hookimpl
def rnnbench_cells() -> list[rnnbench.CellSpec]:
    """All families."""
    return SPECS
