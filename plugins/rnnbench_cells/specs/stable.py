"""Cells whose dynamics are stable by construction, and a fixed reservoir."""

import rnnbench

SPECS: list[rnnbench.CellSpec] = []
