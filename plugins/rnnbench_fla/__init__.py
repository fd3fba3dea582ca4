"""The layers of flash-linear-attention as cells, listed only where it is installed."""

from importlib.util import find_spec

import rnnbench
from rnnbench_fla.specs import SPECS


@rnnbench.hookimpl
def rnnbench_cells() -> list[rnnbench.CellSpec]:
    """Return the specs of its layers, or none where flash-linear-attention is not installed.

    The specs are written out here, so that listing imports neither torch nor its kernels.
    """
    return SPECS if find_spec("fla") else []
