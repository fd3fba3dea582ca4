"""The runner: one trial, from its record to its result, in this process."""

from rnnbench.runner.run import run_trial
from rnnbench.runner.run_options import Terms

__all__ = ["Terms", "run_trial"]
