"""The layers of the package torchrecurrent as cells, listed only where it is installed."""

from importlib.util import find_spec

import rnnbench
from rnnbench_torchrecurrent.specs import SPECS


@rnnbench.hookimpl
def rnnbench_cells() -> list[rnnbench.CellSpec]:
    """Return the specs of all layers, or none where torchrecurrent is not installed.

    The specs are written out here, so that listing imports neither torch nor torchrecurrent.
    """
    return SPECS if find_spec("torchrecurrent") else []
