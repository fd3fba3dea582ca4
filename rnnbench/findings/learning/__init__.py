"""Findings on trainings: conditions, comparisons of cells under them, memory spans."""
