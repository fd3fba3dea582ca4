"""The front door for notebooks: a suite run from Python, and the folder of a run as frames of
pandas."""

from rnnbench.notebook.loading import Run, load
from rnnbench.notebook.running import RunProgress, run_suite

__all__ = ["Run", "RunProgress", "load", "run_suite"]
