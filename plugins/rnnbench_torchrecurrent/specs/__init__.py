"""What the catalogue knows of each layer of torchrecurrent 0.2.5. No torch is needed to read it."""

import rnnbench
from rnnbench_torchrecurrent.specs import dynamics, gated, long_short

SPECS: list[rnnbench.CellSpec] = [*gated.SPECS, *long_short.SPECS, *dynamics.SPECS]
