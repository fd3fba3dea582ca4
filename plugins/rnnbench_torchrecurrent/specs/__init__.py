"""The specs of all layers of torchrecurrent 0.2.5, readable without torch."""

import rnnbench
from rnnbench_torchrecurrent.specs import dynamics, gated, long_short

SPECS: list[rnnbench.CellSpec] = [*gated.SPECS, *long_short.SPECS, *dynamics.SPECS]
