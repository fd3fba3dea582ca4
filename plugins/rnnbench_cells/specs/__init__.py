"""What the catalogue knows of each cell, a module a family. No torch is needed to read it."""

import rnnbench
from rnnbench_cells.specs import ablations, classic, frames, matrix, scannable, stable

SPECS: list[rnnbench.CellSpec] = [
    spec
    for family in (classic, ablations, frames, stable, scannable, matrix)
    for spec in family.SPECS
]
