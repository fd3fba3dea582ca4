"""The long short-term memory with one part taken away or added, as in Greff et al. 2015."""

import rnnbench

SPECS: list[rnnbench.CellSpec] = []
