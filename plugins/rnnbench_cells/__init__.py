"""First-party cells, listed without importing torch.

A spec names the place of its build function, which is imported when a trial needs the cell.
"""

import rnnbench
from rnnbench_cells.specs import SPECS


@rnnbench.hookimpl
def rnnbench_cells() -> list[rnnbench.CellSpec]:
    """Return the specs of all first-party cells."""
    return SPECS
