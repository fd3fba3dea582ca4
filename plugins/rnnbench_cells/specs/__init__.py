"""The specs of the first-party cells, one module for each family, readable without torch."""

import rnnbench
from rnnbench_cells.specs import (
    ablations,
    classic,
    continuous,
    frames,
    gated,
    gated_linear,
    matrix,
    matrix_own,
    scannable,
    stable,
    state_space,
    steps,
)

SPECS: list[rnnbench.CellSpec] = [
    *classic.SPECS,
    *gated.SPECS,
    *continuous.SPECS,
    *ablations.SPECS,
    *frames.SPECS,
    *stable.SPECS,
    *scannable.SPECS,
    *gated_linear.SPECS,
    *state_space.SPECS,
    *matrix.SPECS,
    *matrix_own.SPECS,
    *steps.SPECS,
]
