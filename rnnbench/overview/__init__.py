"""A page of all runs in a folder, from their results and their reports; it looks at no verdict
anew."""

from rnnbench.overview.page import write_overview
from rnnbench.overview.reading import RunSummary, read_runs

__all__ = ["RunSummary", "read_runs", "write_overview"]
