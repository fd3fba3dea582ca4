"""The layers of the package torchrecurrent, as cells. Where it is not installed there are none."""

from importlib.util import find_spec

import rnnbench
from rnnbench_torchrecurrent.specs import SPECS


@rnnbench.hookimpl
def rnnbench_cells() -> list[rnnbench.CellSpec]:
    """All of them, listed from what is written here: neither torch nor torchrecurrent is imported
    for it."""
    return SPECS if find_spec("torchrecurrent") else []
