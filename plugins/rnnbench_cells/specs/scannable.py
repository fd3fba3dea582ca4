"""Cells that are linear in their state, and so can run in parallel over time."""

import rnnbench

SPECS: list[rnnbench.CellSpec] = []
