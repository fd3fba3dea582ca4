"""The runner: run one trial in this process, and return its result."""

from rnnbench.runner.run import run_trial
from rnnbench.runner.run_options import RunOptions

__all__ = ["RunOptions", "run_trial"]
