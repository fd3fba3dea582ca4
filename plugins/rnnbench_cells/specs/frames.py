"""Cells over frames."""

import rnnbench

SPECS: list[rnnbench.CellSpec] = []
